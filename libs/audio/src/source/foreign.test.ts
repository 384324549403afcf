import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { correlate } from '../measure/correlate.ts'
import { decodeFile } from '../measure/decode-file.ts'
import { fixture, FIXTURE_FROM_SAMPLE, FIXTURE_S, SAMPLE, temporaryFolder } from '../testing/paths.ts'
import { readPcm } from '../testing/read-source.ts'
import { testWith } from '../testing/tools.ts'
import { ascii, concat } from '../testing/wav.ts'
import { openSource } from './open-source.ts'
import type { OpenSourceOptions } from './source.ts'

const MUSIC: OpenSourceOptions = { profile: 'music' }
const testFfmpeg = testWith('ffmpeg')

afterEach(() => {
  vi.unstubAllEnvs()
})

async function fileOf(content: Uint8Array, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, content)
  return path
}

async function isTheFixture(pcm: Float32Array): Promise<void> {
  const sample = await decodeFile(SAMPLE)
  const piece = sample.pcm.subarray(2 * FIXTURE_FROM_SAMPLE, 2 * (FIXTURE_FROM_SAMPLE + FIXTURE_S * 48_000))
  // Beginning and end are coded worse: what counts is the middle.
  const found = correlate(pcm.subarray(9600, 9600 + 2 * 86_400), piece, 2)
  expect(found.correlation).toBeGreaterThan(0.97)
  expect(Math.abs(found.offsetSamples - 4800)).toBeLessThan(60)
}

describe('Opus in another container', () => {
  test.each(['first-light.webm', 'first-light-opus.mp4'])('%s is demuxed and decoded', async (name) => {
    const source = await openSource(fixture(name), MUSIC)
    expect(source.durationS).toBeCloseTo(FIXTURE_S, 1)
    const pcm = await readPcm(source)
    expect(pcm.length / 2 / 48_000).toBeCloseTo(FIXTURE_S, 1)
    await isTheFixture(pcm)
  })

  test.each(['first-light.webm', 'first-light-opus.mp4'])('%s loops', async (name) => {
    const pcm = await readPcm(await openSource(fixture(name), { ...MUSIC, loop: true }), 250)
    expect(pcm.length).toBe(250 * 1920)
    await isTheFixture(pcm)
  })

  test.each(['first-light.webm', 'first-light-opus.mp4', 'first-light.m4a'])(
    '%s that is cut off is refused',
    async (name) => {
      const whole = await readFile(fixture(name))
      const opening = openSource(await fileOf(whole.subarray(0, 20_000), name), MUSIC)
      await expect(opening).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
      await expect(opening).rejects.toThrow(/cut off at byte 20000 .*--allow-truncated/)
    },
  )
})

describe('what ffmpeg decodes', () => {
  testFfmpeg('M4A is heard as it was encoded, and loops', async () => {
    await isTheFixture(await readPcm(await openSource(fixture('first-light.m4a'), MUSIC)))
    const looped = await readPcm(await openSource(fixture('first-light.m4a'), { ...MUSIC, loop: true }), 200)
    expect(looped.length).toBe(200 * 1920)
  })

  testFfmpeg('a cut-off M4A is played up to the cut when allowed to', async () => {
    const whole = await readFile(fixture('first-light.m4a'))
    const path = await fileOf(whole.subarray(0, 20_000), 'cut.m4a')
    const pcm = await readPcm(await openSource(path, { ...MUSIC, allowTruncated: true }))
    expect(pcm.length / 2 / 48_000).toBeGreaterThan(1)
    expect(pcm.length / 2 / 48_000).toBeLessThan(2)
  })

  testFfmpeg('a source is left while its decoder still runs', async () => {
    const source = await openSource(fixture('first-light.m4a'), { ...MUSIC, loop: true })
    await source.read()
    await source.close()
    expect(await source.read()).toBeUndefined()
  })

  testFfmpeg.each([
    ['M4A', concat([new Uint8Array(4), ascii('ftypM4A ')])],
    ['AIFF', ascii('FORM    AIFF')],
    ['WebM', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 1)],
  ])('%s with nothing behind its head is damaged, in the words of ffmpeg', async (_, head) => {
    const opening = openSource(await fileOf(concat([head, new Uint8Array(500)]), 'song.mp3'), MUSIC)
    await expect(opening).rejects.toMatchObject({ code: 'FILE_CORRUPT' })
    await expect(opening).rejects.toThrow('ffmpeg says')
  })
})

describe('without ffmpeg', () => {
  test.each([
    ['M4A', fixture('first-light.m4a')],
    ['AIFF', undefined],
  ])('%s says what to install', async (_, path) => {
    vi.stubEnv('PATH', '')
    const file = path ?? (await fileOf(concat([ascii('FORM    AIFF'), new Uint8Array(500)]), 'x.aiff'))
    const opening = openSource(file, MUSIC)
    await expect(opening).rejects.toMatchObject({ code: 'NO_FFMPEG' })
    await expect(opening).rejects.toThrow(/ffmpeg is needed.*apt install ffmpeg.*brew.*winget/)
  })

  test('what is no audio is still told as that', async () => {
    vi.stubEnv('PATH', '')
    const opening = openSource(await fileOf(ascii('Dear diary, '.repeat(1000)), 'diary.mp3'), MUSIC)
    await expect(opening).rejects.toMatchObject({ code: 'FILE_NOT_AUDIO' })
  })
})
