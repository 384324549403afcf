import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import { parsePacket } from '../ip/packet.ts'
import { readPcapng, type ReadPacket } from '../pcap/read-pcapng.ts'
import type { Cast } from './cast.ts'
import type { HoldUps } from './hold-up.ts'
import { hopDelay, type HopDelay } from './hop-delay.ts'
import type { Taken } from './timeline.ts'

/** What became of the tree of those who carry the station on. */
export interface TreeOutcome {
  /** Since the first step: who took another parent, or dialled again. */
  moves: string[]
  /** How long each relay kept a frame, where that was measured. */
  hops?: Record<string, HopDelay>
  /** Packets between the broadcaster and the listener, where they were looked for. */
  met?: number
}

type Heard = Extract<Expectation, { verdict: 'heard' }>

/** Whether packets are looked at. */
export function needsPackets({ expect }: Scenario): boolean {
  return expect.verdict === 'heard' && (expect.maxHopMs !== undefined || expect.apart === true)
}

/** From what everybody said. */
export function treeOf(cast: Cast, taken: readonly Taken[]): TreeOutcome {
  const sinceMs = taken[0]?.t ?? Infinity
  const moves = (['parent', 'reconnecting'] as const).flatMap((event) =>
    cast
      .whoSaid(event)
      .flatMap(({ role, program }) =>
        program.of(event).flatMap(({ t, cause }) => (t >= sinceMs ? [moveText(role, event, cause)] : [])),
      ),
  )
  return { moves }
}

/** From the packets in a folder, once the lab is closed. */
export async function onTheWire(
  { relays = [] }: Scenario,
  folder: string,
  broadcasterAddress: string,
): Promise<Required<Pick<TreeOutcome, 'hops' | 'met'>>> {
  const hops: Record<string, HopDelay> = {}
  for (const { id } of relays) {
    const delay = hopDelay(await packetsOf(id, folder))
    if (delay !== undefined) hops[id] = delay
  }
  const met = (await packetsOf('listener', folder)).filter(({ bytes }) => {
    const packet = parsePacket(bytes)
    return packet?.source === broadcasterAddress || packet?.destination === broadcasterAddress
  })
  return { hops, met: met.length }
}

async function packetsOf(host: string, folder: string): Promise<readonly ReadPacket[]> {
  return readPcapng(await readFile(join(folder, `${host}.pcapng`))).packets
}

/** What is wrong with a tree. */
export function judgeTree(scenario: Scenario, tree: TreeOutcome | undefined, held: HoldUps): string[] {
  const { expect } = scenario
  if (expect.verdict !== 'heard' || tree === undefined) return []
  return [
    ...judgeMoves(expect, tree),
    ...judgeHops(scenario, expect, tree, held),
    ...judgeMeeting(expect, tree),
  ]
}

function judgeMoves({ maxMoves = Infinity }: Heard, { moves }: TreeOutcome): string[] {
  return moves.length <= maxMoves ? [] : [`${moves.length} moves, more than ${maxMoves}: ${moves.join(', ')}`]
}

function judgeHops(
  { relays = [] }: Scenario,
  { maxHopMs }: Heard,
  { hops = {} }: TreeOutcome,
  held: HoldUps,
): string[] {
  if (maxHopMs === undefined) return []
  return relays.flatMap(({ id }) => {
    const delay = hops[id]
    if (delay === undefined) return [`no frame was seen to pass ${id}`]
    // One in twenty may be late whatever the machine does; what holds up more than that is no fault of the relay.
    const allowedMs = maxHopMs + (held.totalMs > SHARE_HELD * 20 * delay.frames ? held.worstMs : 0)
    return delay.p95Ms <= allowedMs
      ? []
      : [`${id} keeps a frame for ${delay.p95Ms} ms (p95), more than ${maxHopMs}`]
  })
}

function judgeMeeting({ apart }: Heard, { met }: TreeOutcome): string[] {
  if (apart === undefined || met === 0) return []
  return [`${met} packets passed between the broadcaster and the listener, who were not to meet`]
}

/** Of the time that the frames took, 20 ms each. */
const SHARE_HELD = 0.05

function moveText(role: string, event: string, cause: unknown): string {
  return event === 'parent' ? `${role} took another parent (${String(cause)})` : `${role} dialled again`
}
