import type { Sink, SinkIo } from '../sink/sink.ts'
import { openSink } from '../sink/open-sink.ts'
import { VirtualTime } from './virtual-time.ts'

/** Pulls `pcm` block by block, then silence. */
export function player(pcm: Float32Array): SinkIo & { pulls: number } {
  return {
    pulls: 0,
    pull(into) {
      into.fill(0)
      into.set(pcm.subarray(this.pulls * into.length, (this.pulls + 1) * into.length))
      this.pulls++
    },
  }
}

/** A sink that is pulled for `ms` of virtual time. */
export async function runSink(spec: string, io: SinkIo, ms: number): Promise<Sink> {
  const time = new VirtualTime()
  const sink = await openSink(spec, { channels: 2, pacing: { timers: time } })
  await sink.start(io)
  await time.advance(ms)
  return sink
}
