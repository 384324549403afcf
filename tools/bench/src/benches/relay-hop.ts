import { FrameRing } from '@pearcast/media'
import { type Frame, FrameVerifier } from '@pearcast/protocol'
import { Forwarder } from '@pearcast/relay'
import { startPrivateDht } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import type { HopReceiver } from '../endpoints/hop-receiver.ts'
import type { SwarmReceiver } from '../endpoints/swarm-receiver.ts'
import { signedFrames } from '../endpoints/frame-source.ts'
import { percentile, row, round, type Row } from '../figures/row.ts'
import { Endpoint } from '../process/calls.ts'
import { startRelay, startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pinSelf } from '../process/pinned.ts'

/**
 * By how much one relay delays a frame: a listener compares the copies that come directly and through the relay, while the
 * relay carries n others as well. Before it, what the pure part costs: verify once, forward n times.
 */
export async function relayHop(counts: readonly number[], seconds: number): Promise<Row[]> {
  pinSelf()
  const rows = counts.map((count) => forwarding(Math.max(1, count)))
  const dht = await startPrivateDht()
  const station = await startStation(dht, { core: OTHERS_CORE })
  const relay = await startRelay(dht, station.link, Math.max(...counts) + 10)
  const others = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
  await others.call.use(dht.bootstrap, station.link, relay.key)
  for (const count of counts) {
    await others.call.join(count, 25)
    const receiver = new Endpoint<HopReceiver>(OTHERS_CORE, 'hop-receiver')
    const laterMs = await receiver.call.measure(dht.bootstrap, station.link, relay.key, seconds)
    await receiver.close()
    rows.push(row('relay-hop', 'one relay', count, later(laterMs)))
  }
  await Promise.all([others.close(), relay.program.close(), station.program.close(), dht.close()])
  return rows
}

function later(laterMs: readonly number[]): Partial<Row> {
  const at = (share: number): number => round(percentile(laterMs, share), 2)
  return { frames: laterMs.length, addedMsP50: at(0.5), addedMsP95: at(0.95), addedMsMax: at(1) }
}

/** CPU of a frame through the forwarder with that many children, without sockets; a packet is a copy to one child. */
function forwarding(children: number): Row {
  const source = signedFrames()
  const verifier = new FrameVerifier(sodium, source.publicKey, source.context)
  let sent = 0
  const forwarder = new Forwarder<Frame>({
    ring: new FrameRing(),
    verify: (frame) => verifier.verify(frame),
    isCopy: (known, frame) => sodium.sodium_memcmp(known.signature, frame.signature),
    depth: () => 1,
    send: () => ++sent > 0,
    admit: () => true,
    forged: () => {},
    useless: () => {},
    slow: () => {},
  })
  const UNLIMITED = 1e12
  for (let i = 0; i < children; i++) {
    forwarder.serve(String(i), { audio: true, bytesPerS: UNLIMITED, warm: false }, 0)
  }
  const frames = Array.from({ length: 2000 }, (_, i) => source.next(i + 1))
  let bestUs = Number.POSITIVE_INFINITY
  for (let from = 0; from < frames.length; from += 100) {
    const sinceMs = performance.now()
    for (const frame of frames.slice(from, from + 100)) forwarder.receive('parent', frame, frame.seq * 20)
    bestUs = Math.min(bestUs, (performance.now() - sinceMs) * 10)
  }
  return row('relay-hop', 'verify and forward', children, {
    cpuUsPerPacket: round(bestUs / children, 3),
    addedMsP50: round(bestUs / 1000, 3),
    frames: sent / children,
  })
}
