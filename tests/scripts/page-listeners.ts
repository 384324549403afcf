// `nx run tests:page-listeners`: a page on air and N listener processes on this machine, what the engine behind the page used
// before and with them, and whether all of them got one and the same encoding.
// Usage: node scripts/page-listeners.ts [listeners = 10] [seconds = 20]
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeNotes } from '../src/browser/fake-microphone.ts'
import { OpenedPage } from '../src/browser/opened-page.ts'
import { chromiumBinary, launchChromium } from '../src/testing/browser.ts'
import { Lab, type Pearcast } from '../src/testing/pearcast.ts'

const [count = 10, seconds = 20] = process.argv.slice(2).map(Number)
const AT_ONCE = 4
/** Of a recording, looked for in another one: long enough to be in it by no chance, short enough to lie in one packet. */
const PIECE_BYTES = 48
const CLOCK_TICKS_A_SECOND = 100

const binary = chromiumBinary()
if (binary === undefined || process.platform !== 'linux') {
  console.error('SKIP: needs Chromium, and /proc of Linux')
  process.exit(process.env['CI'] === 'true' ? 1 : 0)
}
const lab = await Lab.open()
const folder = await mkdtemp(join(tmpdir(), 'pearcast-page-'))
await writeNotes(join(folder, 'notes.wav'))
const browser = await launchChromium(binary, [
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-audio-capture=${join(folder, 'notes.wav')}`,
])
const opened = await OpenedPage.open(browser, lab, 'broadcaster')
try {
  process.exitCode = (await measure()) ? 0 : 1
} finally {
  await opened.close()
  await browser.close()
  await lab.close()
  await rm(folder, { recursive: true })
}

async function measure(): Promise<boolean> {
  const link = await opened.goOnAir('Ten')
  const pid = Number(opened.program.of('ui-engine').at(-1)?.['pid'])
  const alonePercent = await cpuPercent(pid)
  const listeners: Pearcast[] = []
  while (listeners.length < count) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - listeners.length) }, (_, i) =>
      lab.listen(link, '--output', listeners.length + i < 2 ? file(listeners.length + i) : 'null'),
    )
    await Promise.all(next.map((listener) => listener.until('first-audio', 60_000)))
    listeners.push(...next)
  }
  const withAllPercent = await cpuPercent(pid)
  await Promise.all(listeners.map((listener) => listener.stop()))
  const [first, second] = await Promise.all([readFile(file(0)), readFile(file(1))])
  const isOneEncoding = sharesPackets(first, second)
  const cores = { alonePercent, withAllPercent, eachPercent: round((withAllPercent - alonePercent) / count) }
  console.log(JSON.stringify({ listeners: count, seconds, engineCpu: cores, isOneEncoding }))
  return isOneEncoding
}

function file(n: number): string {
  return join(folder, `heard-${n}.opus`)
}

/** Of one core, over the whole time. */
async function cpuPercent(pid: number): Promise<number> {
  const before = await ticks(pid)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return round(((await ticks(pid)) - before) / CLOCK_TICKS_A_SECOND / (seconds / 100))
}

/** utime + stime; the name before them may hold spaces. */
async function ticks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Two encoders that began at different times never write the same bytes; recordings are of packets as they came. */
function sharesPackets(first: Buffer, second: Buffer): boolean {
  const pieces = [0.4, 0.5, 0.6].map((share) => {
    const at = Math.floor(first.length * share)
    return first.subarray(at, at + PIECE_BYTES)
  })
  return pieces.filter((piece) => second.includes(piece)).length >= 2
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
