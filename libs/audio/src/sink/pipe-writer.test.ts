import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { AudioError } from '../error.ts'
import { player } from '../testing/run-sink.ts'
import { glide, likeness } from '../testing/signals.ts'
import { VirtualTime } from '../testing/virtual-time.ts'
import { openSink } from './open-sink.ts'
import type { SinkNotice } from './sink.ts'

/** A reader that takes what it is given only while `reads` is true. */
class Reader extends Writable {
  readonly pieces: Buffer[] = []
  reads = true
  #waiting: (() => void) | undefined

  override _write(piece: Buffer, _: string, done: (error?: Error) => void): void {
    this.pieces.push(piece)
    if (this.reads) done()
    else this.#waiting = done
  }

  readOn(): void {
    this.reads = true
    this.#waiting?.()
  }
}

async function start(reader: Writable, seconds: number) {
  const time = new VirtualTime()
  const [errors, notices]: [AudioError[], SinkNotice[]] = [[], []]
  const io = {
    ...player(glide(seconds * 48_000)),
    onError: (error: AudioError) => void errors.push(error),
    onNotice: (notice: SinkNotice) => void notices.push(notice),
  }
  const sink = await openSink('-', { channels: 2, pacing: { timers: time }, pipe: reader })
  await sink.start(io)
  return { time, sink, errors, notices, io }
}

test('a pipe gets 16-bit samples, as many a second as there are', async () => {
  const reader = new Reader()
  const { sink, time } = await start(reader, 1)
  await time.advance(980)
  await sink.stop()
  const bytes = Buffer.concat(reader.pieces)
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
  expect(pcm.length).toBe(2 * 48_000)
  expect(likeness(Float32Array.from(pcm), glide(48_000))).toBeGreaterThan(0.9999)
})

test('a reader that does not keep up loses sound, is told of once, and hears on live', async () => {
  const reader = new Reader()
  reader.reads = false
  const { io, notices, sink, time } = await start(reader, 30)
  await time.advance(10_000)
  expect(io.pulls).toBe(501)
  expect(notices.map(({ state }) => state)).toEqual(['slow'])
  expect(reader.writableLength).toBeLessThan(250_000)
  reader.readOn()
  await time.advance(1000)
  expect(reader.writableLength).toBe(0)
  await sink.stop()
})

test('a reader that has heard enough is no error, a full disk is', async () => {
  for (const [code, told] of [
    ['EPIPE', []],
    ['ENOSPC', ['DISK_FULL']],
  ] as const) {
    const broken = new Writable({
      write: (_piece, _encoding, done) => done(Object.assign(new Error(code), { code })),
    })
    const { errors, sink, time } = await start(broken, 1)
    await time.advance(500)
    await sink.stop()
    expect(errors.map((error) => error.code)).toEqual(told)
  }
})
