/* Preloaded into a process of a negative control: a listener that could be reached carries nothing on. */

process.argv.push('--relay', 'off')
