/*
 * Preloaded into a program: each SIGUSR2 sets the clock that it can read with Date.now, an hour forward first, then an
 * hour and a half back; CLOCK_OFFSET_MS sets it from the start. What only runs, performance.now and timers, goes on as a system's does when its clock is set.
 */
const steps = [3_600_000, -5_400_000]
const real = Date.now.bind(Date)
let offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? 0)
Date.now = () => real() + offsetMs
process.on('SIGUSR2', () => {
  offsetMs += steps.shift() ?? 0
})
