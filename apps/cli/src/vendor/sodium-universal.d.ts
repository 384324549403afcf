declare module 'sodium-universal' {
  /** Only what the protocol is given. */
  const sodium: import('@pearcast/protocol').Sodium
  export default sodium
}
