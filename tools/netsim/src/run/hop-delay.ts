import { parsePacket } from '../ip/packet.ts'
import type { ReadPacket } from '../pcap/read-pcapng.ts'

/** How long a relay keeps a frame, as seen on its wire. */
export interface HopDelay {
  frames: number
  p50Ms: number
  p95Ms: number
}

/** Smaller ones are beats, reports and acknowledgements. */
const FRAME_BYTES = 150
/** What has not gone on by then is somebody else's frame of the same length. */
const LATEST_MS = 100
const ENOUGH_FRAMES = 100

interface Passing {
  unixMs: number
  bytes: number
}

/**
 * From what passes a relay's interface: a frame comes from the parent and goes on to the child with as many bytes, under
 * another seal. Lengths differ from frame to frame, so that one is its own mark. Undefined when too little passed.
 */
export function hopDelay(packets: readonly ReadPacket[]): HopDelay | undefined {
  const flows = { in: new Map<string, Passing[]>(), out: new Map<string, Passing[]>() }
  for (const { bytes, unixMs, direction } of packets) {
    const packet = parsePacket(bytes)
    if (packet?.kind !== 'udp' || bytes.length < FRAME_BYTES) continue
    const remote = direction === 'in' ? packet.source : packet.destination
    const flow = flows[direction].get(remote) ?? []
    flow.push({ unixMs, bytes: bytes.length })
    flows[direction].set(remote, flow)
  }
  const [parent, arrived] = busiest(flows.in) ?? []
  if (parent !== undefined) flows.out.delete(parent)
  const [, sent] = busiest(flows.out) ?? []
  const delays = matched(arrived ?? [], sent ?? []).toSorted((a, b) => a - b)
  if (delays.length < ENOUGH_FRAMES) return undefined
  const at = (share: number): number => round(delays[Math.ceil(share * delays.length) - 1] ?? NaN)
  return { frames: delays.length, p50Ms: at(0.5), p95Ms: at(0.95) }
}

/** Each that arrived with the next of its length that was sent. */
function matched(arrived: readonly Passing[], sent: readonly Passing[]): number[] {
  let first = 0
  return arrived.flatMap(({ unixMs, bytes }) => {
    while ((sent[first]?.unixMs ?? Infinity) < unixMs) first++
    for (let at = first; (sent[at]?.unixMs ?? Infinity) <= unixMs + LATEST_MS; at++) {
      const candidate = sent[at]
      if (candidate?.bytes === bytes) return [candidate.unixMs - unixMs]
    }
    return []
  })
}

function busiest(flows: ReadonlyMap<string, Passing[]>): [string, Passing[]] | undefined {
  return [...flows].toSorted(([, a], [, b]) => b.length - a.length)[0]
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
