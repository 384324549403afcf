import { spawn } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { decodeFile } from '@pearcast/audio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bestSecond, expectWhole } from './testing/heard.ts'
import { fixture, Lab, ROOT, type Pearcast } from './testing/pearcast.ts'
import { ffmpeg, pcmOf, testWith } from './testing/tools.ts'

const SAMPLE = `${ROOT}/samples/first-light.flac`
/** Of 20 ms in stereo. */
const FRAME_VALUES = 1920
const withFfmpeg = testWith('ffmpeg')

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

const states = (broadcaster: Pearcast): unknown[] => broadcaster.of('source').map(({ state }) => state)

/** A tone in bare PCM. */
function samples(seconds: number): Buffer {
  const pcm = Int16Array.from(
    { length: seconds * 96_000 },
    (_, i) => 8000 * Math.sin(((i >> 1) * 2 * Math.PI) / 100),
  )
  return Buffer.from(pcm.buffer)
}

/** On air from a pipe that the test writes to. */
async function fromPipe(...args: string[]): Promise<{ broadcaster: Pearcast; link: string }> {
  const broadcaster = lab.wire({ stdin: true }, 'broadcast', '-', ...args)
  const { link } = await broadcaster.until('on-air')
  return { broadcaster, link: String(link) }
}

describe('broadcast -', () => {
  withFfmpeg('what ffmpeg writes is heard in full, from the first frame to the last', async () => {
    const { broadcaster, link } = await fromPipe('--wait-listeners', '1')
    const args = [
      '-v',
      'error',
      '-nostdin',
      '-ss',
      '3',
      '-t',
      '6',
      '-i',
      SAMPLE,
      '-f',
      's16le',
      '-ar',
      '48000',
      '-ac',
      '2',
    ]
    const writer = spawn('ffmpeg', [...args, '-'], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (broadcaster.child.stdin !== null) writer.stdout.pipe(broadcaster.child.stdin)
    const listener = lab.listen(link, '--output', lab.path('heard.wav'), '--buffer', '1000')
    await listener.until('off-air', 40_000)
    expect(await broadcaster.exited, broadcaster.stderr).toBe(0)
    await listener.playedOut()
    await listener.stop()
    const sent = Number((await broadcaster.until('ended'))['framesSent'])
    const heard = await listener.until('ended')
    expect(sent).toBe(300)
    expectWhole(heard, sent)
    const source = pcmOf(
      ffmpeg('-ss', '3', '-t', '6', '-i', SAMPLE, '-f', 's16le', '-ar', '48000', '-ac', '2', '-'),
    )
    const recording = await decodeFile(lab.path('heard.wav'))
    expect(bestSecond(recording.pcm, source).correlation).toBeGreaterThan(0.95)
  })

  test('a pipe that is full at once is sent at the pace of its samples', async () => {
    const { broadcaster } = await fromPipe()
    const startedMs = Date.now()
    broadcaster.child.stdin?.end(samples(3))
    expect(await broadcaster.exited).toBe(0)
    expect(Number(broadcaster.of('ended')[0]?.['framesSent'])).toBe(150)
    expect(Date.now() - startedMs).toBeGreaterThan(2800)
    expect(states(broadcaster)).toEqual(expect.arrayContaining(['live', 'ended']))
  })

  test('a pipe that pauses is stalled on air, and live again', async () => {
    const { broadcaster, link } = await fromPipe('--wait-listeners', '1')
    const { stdin } = broadcaster.child
    const listener = lab.listen(link, '--output', 'null')
    stdin?.write(samples(2))
    await listener.until('first-audio')
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'stalled')
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(listener.of('off-air')).toEqual([])
    const from = broadcaster.events.length
    stdin?.write(samples(1))
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'live', 15_000, from)
    stdin?.end()
    expect(await broadcaster.exited).toBe(0)
    expect(states(broadcaster).at(-1)).toBe('ended')
    await listener.until('off-air')
    await listener.stop()
    expect(await listener.until('ended')).toMatchObject({ framesDuplicate: 0 })
  })

  test('--stay keeps the station on air after the end of the pipe', async () => {
    const { broadcaster, link } = await fromPipe('--stay')
    broadcaster.child.stdin?.end(samples(1))
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'ended')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('connected')
    await listener.until('station')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(listener.of('off-air')).toEqual([])
    expect(await broadcaster.stop('SIGTERM')).toBe(0)
  })

  withFfmpeg('another format goes through ffmpeg, and is held up by us as well', async () => {
    const { broadcaster } = await fromPipe('--format', 'auto')
    const startedMs = Date.now()
    broadcaster.child.stdin?.end(
      ffmpeg('-i', fixture('first-light-44100.mp3'), '-c', 'copy', '-f', 'mp3', '-'),
    )
    expect(await broadcaster.exited, broadcaster.stderr).toBe(0)
    expect(Number(broadcaster.of('ended')[0]?.['framesSent'])).toBeGreaterThan(110)
    expect(Date.now() - startedMs).toBeGreaterThan(2000)
  })

  test.each([
    ['that ends without a sample', [], '', 'INPUT_EMPTY'],
    ['of a format that it is not', ['--format', 'ogg'], 'this is no Ogg', 'INPUT_EMPTY'],
  ] as const)('a pipe %s: exit code 3', async (_, args, text, code) => {
    const { broadcaster } = await fromPipe(...args)
    broadcaster.child.stdin?.end(text)
    expect(await broadcaster.exited).toBe(3)
    expect(broadcaster.of('error').map((error) => error['code'])).toEqual([code])
    expect(broadcaster.of('ended')[0]?.['reason']).toBe('source-failed')
  })

  test('another format without ffmpeg: exit code 3, and what to install', async () => {
    lab.env['PATH'] = lab.folder
    const { broadcaster } = await fromPipe('--format', 'mp3')
    broadcaster.child.stdin?.end('x')
    expect(await broadcaster.exited).toBe(3)
    expect(broadcaster.of('error')[0]).toMatchObject({
      code: 'NO_FFMPEG',
      message: expect.stringContaining('apt install ffmpeg'),
    })
  })
})

describe('several inputs', () => {
  test('are played in order; what is no audio is skipped with a message', async () => {
    const folder = lab.path('album')
    await mkdir(folder)
    await copyFile(fixture('first-light.opus'), `${folder}/10.opus`)
    await copyFile(fixture('first-light-44100.mp3'), `${folder}/2.mp3`)
    await writeFile(`${folder}/3.flac`, 'no audio')
    const { broadcaster } = await lab.broadcast(folder)
    expect(await broadcaster.exited).toBe(0)
    const told = broadcaster.events.filter(({ event }) => event === 'track' || event === 'skipped')
    expect(told.map(({ event, name }) => `${event} ${String(name).slice(folder.length + 1)}`)).toEqual([
      'track 2.mp3',
      'skipped 3.flac',
      'track 10.opus',
    ])
    expect(Number(broadcaster.of('ended')[0]?.['framesSent'])).toBeGreaterThan(225)
  })
})

describe('the level of the source', () => {
  test('is in the statistics, after --gain, a value for each channel', async () => {
    const { broadcaster } = await fromPipe('--gain', '-6')
    broadcaster.child.stdin?.end(samples(3))
    const stats = await broadcaster.until((event) => event.event === 'stats' && event['level'] !== null)
    // A sine of 8000 in 16 bits, halved: -18.3 dBFS at its peak, 3 less as RMS.
    const close = (db: number): unknown[] => Array(2).fill(expect.closeTo(db, 0))
    expect(stats['level']).toEqual({ peakDb: close(-18.3), rmsDb: close(-21.3) })
  })

  test('silence is told after ten seconds', async () => {
    const { broadcaster } = await fromPipe()
    broadcaster.child.stdin?.end(Buffer.alloc(14 * 192_000))
    expect(await broadcaster.until('silence', 25_000)).toMatchObject({ state: 'begins' })
  })
})

describe('listen --output -', () => {
  test('writes PCM, and nothing but PCM, to stdout; events go to stderr', async () => {
    const { link } = await lab.broadcast(SAMPLE, '--loop')
    const listener = lab.wire({ audioOut: true }, 'listen', link, '--output', '-')
    await listener.until(({ event, framesPlayed }) => event === 'stats' && Number(framesPlayed) >= 150)
    expect(await listener.stop('SIGTERM'), listener.stderr).toBe(0)
    expect(listener.of('ended')[0]).toMatchObject({ reason: 'stopped', framesDuplicate: 0 })
    const pcm = pcmOf(Buffer.concat(listener.audio))
    expect(pcm.length / FRAME_VALUES).toBeGreaterThanOrEqual(150)
    const source = await decodeFile(SAMPLE)
    const found = bestSecond(pcm, source.pcm)
    expect(found.correlation).toBeGreaterThan(0.9)
  })

  test('ends cleanly when the program behind the pipe does', async () => {
    const { link } = await lab.broadcast('tone')
    const listener = lab.wire({ audioOut: true }, 'listen', link, '--output', '-')
    await listener.until('first-audio')
    listener.child.stdout?.destroy()
    expect(await listener.exited, listener.stderr).toBe(0)
    expect(listener.of('ended')[0]?.['reason']).toBe('stopped')
    expect(listener.of('error')).toEqual([])
  })
})
