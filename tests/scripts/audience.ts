// `nx run tests:audience`: a broadcaster and N listener processes on this machine for a minute, and what each of them heard.
// Usage: node scripts/audience.ts [listeners = 25] [seconds = 60]
import { Lab, type CliEvent, type Pearcast } from '../src/testing/pearcast.ts'

const [count = 25, seconds = 60] = process.argv.slice(2).map(Number)
/** Processes started at one time; each takes a second of CPU to load. */
const AT_ONCE = 4

const lab = await Lab.open()
process.once('SIGINT', () => void lab.close().then(() => process.exit(130)))
try {
  process.exitCode = (await hear()) ? 0 : 1
} finally {
  await lab.close()
}

async function hear(): Promise<boolean> {
  const { broadcaster, link } = await lab.broadcast('tone')
  const listeners: Pearcast[] = []
  while (listeners.length < count) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - listeners.length) }, () =>
      lab.listen(link, '--output', 'null', '--path', 'auto'),
    )
    await Promise.all(next.map((listener) => listener.until('first-audio', 60_000)))
    listeners.push(...next)
    console.error(`${listeners.length} of ${count} hear the station`)
  }
  const before = lastStats(broadcaster)
  console.error(`all are ready; listening for ${seconds} s`)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const after = lastStats(broadcaster)
  await Promise.all(listeners.map((listener) => listener.stop()))
  const ends = await Promise.all(listeners.map((listener) => listener.until('ended')))
  const cpuMs = number(after, 'cpuMs') - number(before, 'cpuMs')
  const result = {
    listeners: count,
    seconds,
    framesSentEach: Math.min(...ends.map((end) => number(end, 'framesSent'))),
    framesLost: sum(ends, 'framesLost'),
    framesConcealed: sum(ends, 'framesConcealed'),
    framesDuplicate: sum(ends, 'framesDuplicate'),
    listenersByPath: Object.fromEntries(
      ['swarm', 'webrtc'].map((path) => [path, ends.filter((end) => end['path'] === path).length]),
    ),
    broadcasterCpuPercent: Math.round((cpuMs / seconds / 10) * 10) / 10,
    broadcasterRssKiB: number(after, 'rssKiB'),
  }
  console.log(JSON.stringify(result))
  return result.framesLost === 0 && result.framesDuplicate === 0
}

function lastStats(process: Pearcast): CliEvent | undefined {
  return process.of('stats').at(-1)
}

function number(event: CliEvent | undefined, field: string): number {
  const value = event?.[field]
  return typeof value === 'number' ? value : Number.NaN
}

function sum(events: CliEvent[], field: string): number {
  return events.reduce((total, event) => total + number(event, field), 0)
}
