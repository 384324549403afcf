import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixture, temporaryFolder } from '../testing/paths.ts'
import { readItems, readPcm } from '../testing/read-source.ts'
import { glide, likeness, peak } from '../testing/signals.ts'
import { ascii, buildWav, chunk, concat } from '../testing/wav.ts'
import { openSource } from './open-source.ts'
import type { OpenSourceOptions } from './source.ts'

const MUSIC: OpenSourceOptions = { profile: 'music' }

async function fileOf(content: Uint8Array, name = 'input.bin'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, content)
  return path
}

async function codeOf(opening: Promise<unknown>): Promise<unknown> {
  return opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
}

describe('openSource refuses', () => {
  test('a file that is not there', async () => {
    expect(await codeOf(openSource('/nowhere/at/all.wav', MUSIC))).toBe('FILE_MISSING')
  })

  test('a directory', async () => {
    const folder = join(await temporaryFolder(), 'album.wav')
    await mkdir(folder)
    expect(await codeOf(openSource(folder, MUSIC))).toBe('IS_DIRECTORY')
  })

  test('an empty file', async () => {
    expect(await codeOf(openSource(await fileOf(new Uint8Array(0)), MUSIC))).toBe('FILE_EMPTY')
  })

  test('what is no audio, whatever it is called', async () => {
    const text = ascii('Dear diary, '.repeat(1000))
    expect(await codeOf(openSource(await fileOf(text, 'diary.mp3'), MUSIC))).toBe('FILE_NOT_AUDIO')
    expect(await codeOf(openSource(await fileOf(ascii('x'), 'x.flac'), MUSIC))).toBe('FILE_NOT_AUDIO')
  })

  test('a MIDI file, naming what is supported', async () => {
    const opening = openSource(await fileOf(concat([ascii('MThd'), new Uint8Array(500)]), 'song.mid'), MUSIC)
    await expect(opening).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
    await expect(opening).rejects.toThrow('WAV, MP3, FLAC, Ogg Opus')
  })

  test.each(['first-light-44100.mp3', 'first-light-44100.flac', 'first-light.opus'])(
    'a cut-off %s, saying where it ends, and plays it when allowed to',
    async (name) => {
      const whole = new Uint8Array(await readFile(fixture(name)))
      const path = await fileOf(whole.subarray(0, Math.floor(whole.length * 0.6)))
      const opening = openSource(path, MUSIC)
      await expect(opening).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
      await expect(opening).rejects.toThrow(/cut off at 1\.\d s \(byte \d+\)/)
      const items = await readItems(await openSource(path, { ...MUSIC, allowTruncated: true }))
      expect(items.length).toBeGreaterThan(45)
      expect(items.length).toBeLessThan(90)
    },
  )

  test('a cut-off WAV, and plays it when allowed to', async () => {
    const whole = buildWav(glide(48_000))
    const path = await fileOf(whole.subarray(0, 44 + 4 * 24_000))
    await expect(openSource(path, MUSIC)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
    await expect(openSource(path, MUSIC)).rejects.toThrow('0.5 s')
    expect((await readItems(await openSource(path, { ...MUSIC, allowTruncated: true }))).length).toBe(25)
  })

  test('a header with nothing behind it', async () => {
    const flac = new Uint8Array(await readFile(fixture('first-light-44100.flac')))
    const opening = openSource(await fileOf(flac.subarray(0, 42)), { ...MUSIC, allowTruncated: true })
    expect(await codeOf(opening)).toBe('FILE_CORRUPT')
  })
})

describe('openSource of a WAV', () => {
  test('gives its samples in 20 ms blocks and pads the last with silence', async () => {
    const pcm = glide(1000)
    const heard = await readPcm(await openSource(await fileOf(buildWav(pcm, { encoding: 'float32' })), MUSIC))
    expect(heard.length).toBe(2 * 960 * 2)
    expect(heard.subarray(0, 2000)).toEqual(pcm)
    expect(heard.subarray(2000).every((sample) => sample === 0)).toBe(true)
  })

  test.each(['pcm8', 'pcm16', 'pcm24', 'pcm32', 'float32', 'float64'] as const)(
    'reads %s',
    async (encoding) => {
      const pcm = glide(960)
      const heard = await readPcm(await openSource(await fileOf(buildWav(pcm, { encoding })), MUSIC))
      expect(likeness(heard, pcm)).toBeGreaterThan(0.9998)
    },
  )

  test('loops without a seam: the blocks run on over the end', async () => {
    const pcm = glide(1000)
    const source = await openSource(await fileOf(buildWav(pcm, { encoding: 'float32' })), {
      ...MUSIC,
      loop: true,
    })
    const heard = await readPcm(source, 5)
    const expected = new Float32Array([...pcm, ...pcm, ...pcm, ...pcm, ...pcm]).subarray(0, heard.length)
    expect(heard).toEqual(expected)
  })

  test('becomes 48 kHz from any rate, over the seam of a loop as well', async () => {
    for (const sampleRate of [8000, 44_100, 96_000]) {
      const seconds = Float32Array.from(
        { length: sampleRate },
        (_, i) => 0.5 * Math.sin((2 * Math.PI * 300 * i) / sampleRate),
      )
      const wav = buildWav(seconds, { sampleRate, channels: 1, encoding: 'float32' })
      const source = await openSource(await fileOf(wav), { profile: 'voice', loop: true })
      const heard = await readPcm(source, 120)
      // One second holds whole periods, so the loop is the same tone for ever.
      const expected = Float32Array.from(heard, (_, i) => 0.5 * Math.sin((2 * Math.PI * 300 * i) / 48_000))
      const worst = heard.reduce(
        (most, sample, i) => (i < 960 ? most : Math.max(most, Math.abs(sample - (expected[i] ?? 0)))),
        0,
      )
      expect(worst).toBeLessThan(0.001)
    }
  })

  test('lasts exactly as long as before when the rate is converted', async () => {
    const wav = buildWav(glide(44_100), { sampleRate: 44_100 })
    expect((await readItems(await openSource(await fileOf(wav), MUSIC))).length).toBe(50)
  })

  test('is folded to mono for voice and spread from mono for music', async () => {
    const stereo = await fileOf(buildWav(Float32Array.of(0.5, -0.5, 0.5, 0.5), { encoding: 'float32' }))
    expect((await readPcm(await openSource(stereo, { profile: 'voice' }))).subarray(0, 2)).toEqual(
      Float32Array.of(0, 0.5),
    )
    const mono = await fileOf(buildWav(Float32Array.of(0.25), { encoding: 'float32', channels: 1 }))
    expect((await readPcm(await openSource(mono, MUSIC))).subarray(0, 2)).toEqual(Float32Array.of(0.25, 0.25))
    const both = await openSource(mono, { profile: 'voice', channels: 2 })
    expect((await readPcm(both)).length).toBe(1920)
  })

  test('with six channels is mixed down without clipping', async () => {
    const loud = buildWav(new Float32Array(6 * 960).fill(1), { encoding: 'float32', channels: 6 })
    const heard = await readPcm(await openSource(await fileOf(loud), MUSIC))
    expect(Math.max(...heard)).toBeLessThanOrEqual(1.000001)
    expect(Math.min(...heard)).toBeGreaterThan(0.99)
  })

  test('tells its title and how long it lasts', async () => {
    const info = chunk('LIST', concat([ascii('INFO'), chunk('INAM', ascii('Evening news'))]))
    const source = await openSource(await fileOf(buildWav(glide(4800), { extraChunks: [info] })), MUSIC)
    expect(source).toMatchObject({ title: 'Evening news', durationS: 0.1, channels: 2 })
    await source.close()
  })
})

describe('the test tone', () => {
  test('never ends, never repeats a block, and differs between the ears', async () => {
    const heard = await readPcm(await openSource('tone', MUSIC), 100)
    const left = heard.filter((_, i) => i % 2 === 0)
    const right = heard.filter((_, i) => i % 2 === 1)
    expect(Math.abs(likeness(left, right))).toBeLessThan(0.2)
    expect(peak(heard)).toBeLessThan(0.5)
    expect(likeness(heard.subarray(96_000, 97_920), heard.subarray(97_920, 99_840))).toBeLessThan(0.999)
    expect(heard[0]).toBe(0)
  })

  test('is the same every time, and its own mean in mono', async () => {
    const [once, again] = [
      await readPcm(await openSource('tone', MUSIC), 5),
      await readPcm(await openSource('tone', MUSIC), 5),
    ]
    expect(once).toEqual(again)
    const mono = await readPcm(await openSource('tone', { profile: 'voice' }), 5)
    mono.forEach((sample, i) => {
      expect(sample).toBeCloseTo(((once[2 * i] ?? 0) + (once[2 * i + 1] ?? 0)) / 2, 5)
    })
  })
})
