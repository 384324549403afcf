import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { decodeFile, openSource } from '@pearcast/audio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bestSecond, expectWhole } from './testing/heard.ts'
import { whereUnhindered } from './testing/machine.ts'
import { fixture, Lab, Pearcast } from './testing/pearcast.ts'
import { ffmpeg, testWith } from './testing/tools.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

/** Plays the file once to one listener that records to `output`, until both are done. */
async function record(input: string, output: string): Promise<void> {
  const { broadcaster, link } = await lab.broadcast(input, '--wait-listeners', '1')
  // A generous buffer: what is asked here is whether the format survives, not how late it may be.
  const listener = lab.listen(link, '--output', output, '--buffer', '400')
  await listener.until('off-air', 30_000)
  expect(await broadcaster.exited, broadcaster.stderr).toBe(0)
  await listener.playedOut()
  await listener.stop()
  const { framesSent } = await broadcaster.until('ended')
  expectWhole(await listener.until('ended'), Number(framesSent))
}

describe('what goes in comes out', () => {
  testWith('ffmpeg').each([
    'first-light-44100.mp3',
    'first-light-44100.flac',
    'first-light.webm',
    'first-light-opus.mp4',
    'first-light.m4a',
  ])('%s, decoded and encoded', async (name) => {
    await record(fixture(name), lab.path('heard.wav'))
    const [heard, source] = await Promise.all([decodeFile(lab.path('heard.wav')), decodeFile(fixture(name))])
    expect(bestSecond(heard.pcm, source.pcm).correlation).toBeGreaterThanOrEqual(0.95)
  })

  test('an Ogg Opus file: its packets arrive bit for bit', async () => {
    await record(fixture('first-light.opus'), lab.path('heard.opus'))
    const source = await packetsOf(fixture('first-light.opus'))
    expect(source.length).toBeGreaterThan(50)
    const heard = await packetsOf(lab.path('heard.opus'))
    expect(heard.length).toBeGreaterThan(0)
    whereUnhindered('whether each packet came', () => expect(heard).toEqual(source))
  })

  testWith('ffmpeg')('the recorded Ogg Opus file plays elsewhere', async () => {
    await record(fixture('first-light.opus'), lab.path('heard.opus'))
    expect(ffmpeg('-i', lab.path('heard.opus'), '-f', 's16le', '-').length / 192_000).toBeGreaterThan(2)
  })
})

describe('what cannot be put on air is said in one line', () => {
  async function refused(...args: string[]): Promise<{ code: number | string; message: string }> {
    const run = lab.run(...args)
    const code = await run.exited
    expect(run.stderr).not.toMatch(/\n {4}at /)
    return { code, message: String(run.of('error')[0]?.['message']) }
  }

  test('a file that is not there', async () => {
    const { code, message } = await refused('broadcast', lab.path('nowhere.mp3'))
    expect(code).toBe(3)
    expect(message).toMatch(/nowhere\.mp3.*does not exist/)
  })

  test('a file that was cut off', async () => {
    const whole = await readFile(fixture('first-light-44100.flac'))
    await writeFile(lab.path('cut.flac'), whole.subarray(0, 60_000))
    const { code, message } = await refused('broadcast', lab.path('cut.flac'))
    expect(code).toBe(3)
    expect(message).toMatch(/cut\.flac/)
    expect(message).toMatch(/cut off|truncated|ends/)
  })

  test('an empty file, and a folder without audio', async () => {
    await writeFile(lab.path('empty.wav'), '')
    await mkdir(lab.path('pictures'))
    for (const [name, said] of [
      ['empty.wav', /empty\.wav" is empty/],
      ['pictures', /pictures" holds no audio files/],
    ] as const) {
      const { code, message } = await refused('broadcast', lab.path(name))
      expect(code).toBe(3)
      expect(message).toMatch(said)
    }
  })

  test('a file that only ffmpeg decodes, without ffmpeg, and what to install', async () => {
    lab.env['PATH'] = lab.folder
    const { code, message } = await refused('broadcast', fixture('first-light.m4a'))
    expect(code).toBe(3)
    expect(message).toMatch(/ffmpeg is needed.*apt install ffmpeg/)
  })

  test('inputs that do not go together, and --format without a pipe', async () => {
    expect(await refused('broadcast', 'tone', fixture('first-light.opus'))).toMatchObject({ code: 2 })
    const { code, message } = await refused('broadcast', 'tone', '--format', 'mp3')
    expect(code).toBe(2)
    expect(message).toMatch(/--format describes standard input/)
  })

  test('a text file with the name of a song', async () => {
    await copyFile(fixture('README.md'), lab.path('song.mp3'))
    const { code, message } = await refused('broadcast', lab.path('song.mp3'))
    expect(code).toBe(3)
    expect(message).toMatch(/song\.mp3/)
  })

  test('a link with a typo, and that it is one', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    await broadcaster.stop()
    const at = link.length - 9
    const typo = link.slice(0, at) + (link[at] === 'y' ? 'b' : 'y') + link.slice(at + 1)
    const { code, message } = await refused('listen', typo)
    expect(code).toBe(2)
    expect(message).toMatch(/typo/)
  })

  test('no sound card, and what to do instead', async () => {
    const { link } = await lab.broadcast('tone')
    const run = new Pearcast(['listen', link, '--json', '--bootstrap', lab.bootstrap], {
      ...process.env,
      PEARCAST_HOME: lab.path('home'),
    })
    const code = await Promise.race([run.exited, run.until('first-audio').then(() => run.stop())])
    // A machine with a sound card plays; one without says so.
    if (run.of('first-audio').length > 0) return
    expect(code).toBe(6)
    expect(run.of('error')[0]?.['message']).toMatch(/--output/)
  })
})

/** Every packet of an Ogg Opus file, in hex. */
async function packetsOf(file: string): Promise<string[]> {
  const source = await openSource(file, { profile: 'music', bitrate: 96_000 })
  const packets: string[] = []
  for (let item = await source.read(); item !== undefined; item = await source.read()) {
    if (item.kind !== 'opus') throw new Error(`${file} does not pass through`)
    packets.push(Buffer.from(item.packet).toString('hex'))
  }
  await source.close()
  return packets
}
