/** pear-runtime loads it at once, and uses it in `run()` only. The real one carries Bare for six platforms, 357 MB. */
module.exports = function Sidecar() {
  throw new Error('pearCast starts no Bare workers: its engine is a utility process of Electron.')
}
