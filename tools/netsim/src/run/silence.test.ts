import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { longestSilenceMs, SilenceMeter } from './silence.ts'

/** 48 kHz, stereo, 16 bits. */
const SAMPLES_PER_MS = 96

/** Milliseconds of a tone (true) and of silence (false), after a header. */
async function recording(...parts: [boolean, number][]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pearcast-silence-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'heard.wav')
  const pcm = parts.flatMap(([sounds, ms]) =>
    Array.from({ length: ms * SAMPLES_PER_MS }, (_, i) => (sounds ? Math.round(3000 * Math.sin(i / 20)) : 0)),
  )
  await writeFile(file, Buffer.concat([Buffer.alloc(44), Buffer.from(Int16Array.from(pcm).buffer)]))
  return file
}

test('the longest of several silences counts', async () => {
  const file = await recording([true, 50], [false, 120], [true, 30], [false, 40], [true, 20])
  expect(await longestSilenceMs(file)).toBe(120)
})

test('what comes before the first sound and while a program ends is no gap', async () => {
  expect(await longestSilenceMs(await recording([false, 300], [true, 50], [false, 300]))).toBe(0)
})

test('audio that does not come back has a gap until the end', async () => {
  expect(await longestSilenceMs(await recording([true, 50], [false, 700]))).toBe(700)
  expect(await longestSilenceMs(await recording([true, 50], [false, 700]), 100)).toBe(650)
})

test('a silence across the blocks in which the file is read is one', async () => {
  expect(await longestSilenceMs(await recording([true, 900], [false, 250], [true, 50]))).toBe(250)
})

test('a recording without any sound has no gap', () => {
  const meter = new SilenceMeter()
  for (let ms = 0; ms < 10; ms++) meter.add(true)
  expect(meter.end()).toBe(0)
})
