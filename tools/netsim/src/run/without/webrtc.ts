/* Preloaded into a process of a negative control: the program does not offer, and does not accept, WebRTC. */

process.argv.push('--rtc', 'none')
