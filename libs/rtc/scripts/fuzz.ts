// `nx run rtc:fuzz`: a stranger's SDPs, candidates and RTCP to our parsers, then some of them to each real stack in a
// process of its own, so that a crash is seen. Usage: node scripts/fuzz.ts [--inputs N] [--negotiations N] [--seed N]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatCandidate, isUsable, parseCandidate } from '../src/candidate.ts'
import { RtcError } from '../src/errors.ts'
import { decodeRtcp, encodeEmptyReport, encodeGoodbye, encodeNack } from '../src/rtcp.ts'
import { formatSdp, parseSdpSafely } from '../src/sdp.ts'
import { rtcAvailable, RTC_STACKS } from '../src/stacks.ts'
import { runToEnd } from '../src/testing/child.ts'
import { BROWSER_OFFER, mutate, OFFER, seededRandom } from '../src/testing/sdp.ts'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    negotiations: { type: 'string', default: '2000' },
    seed: { type: 'string' },
  },
})
const inputs = Number(values.inputs)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const random = seededRandom(seed)
/** Several negotiations a millisecond never happen; a hang ends here. */
const NEGOTIATION_MS = 30

const CANDIDATES = [
  'candidate:1 1 UDP 2114977791 127.0.0.1 39167 typ host generation 0',
  'candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.17.1 rport 46154',
  'candidate:2 1 UDP 2130706431 2001:db8::1 9 typ host',
  'candidate:3 1 tcp 1518280447 192.168.1.5 9 typ host tcptype active',
]
const RTCP = [encodeEmptyReport(7), encodeGoodbye(7), encodeNack(1, 2, [5, 6, 70])]

/** What a parser lets through is written anew for the native stack: that must be readable again, and the same. */
const targets: Record<string, () => void> = {
  'an SDP': () => {
    const description = parseSdpSafely(mutate(random() < 0.5 ? OFFER : BROWSER_OFFER, random))
    const again = formatSdp(parseSdpSafely(formatSdp(description)))
    if (again !== formatSdp(description)) throw new Error(`an SDP changes when it is written anew: ${again}`)
  },
  'a candidate': () => {
    const parsed = parseCandidate(mutate(pick(CANDIDATES), random))
    isUsable(parsed, random() < 0.5)
    const text = formatCandidate(parsed)
    if (formatCandidate(parseCandidate(text)) !== text) throw new Error(`a candidate changes: ${text}`)
  },
  RTCP: () => {
    const packet = pick(RTCP).slice()
    for (let i = 0; i < 3; i++) packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256)
    const { missing } = decodeRtcp(packet.subarray(0, Math.ceil(random() * packet.length)), 64)
    if (missing.length > 64) throw new Error(`a NACK of ${missing.length}`)
  },
}

function pick<T>(from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)]
  if (found === undefined) throw new Error('nothing to choose from')
  return found
}

function fuzzParsers(): void {
  const names = Object.keys(targets)
  const outcomes = new Map<string, Map<string, number>>(names.map((name) => [name, new Map()]))
  const startedMs = performance.now()
  for (let i = 0; i < inputs; i++) {
    const name = names[i % names.length] ?? ''
    const outcome = outcomeOf(name, i)
    const counts = outcomes.get(name)
    counts?.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  for (const [name, counts] of outcomes) {
    const text = [...counts]
      .toSorted(([, a], [, b]) => b - a)
      .map(([outcome, count]) => `${outcome} ${count}`)
    console.log(`${name.padEnd(12)} ${text.join(', ')}`)
  }
  console.log(`${inputs} inputs in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
}

function outcomeOf(name: string, at: number): string {
  try {
    targets[name]?.()
    return 'understood'
  } catch (error) {
    if (error instanceof RtcError) return error.code
    throw new Error(`${name}: input ${at} of seed ${seed}`, { cause: error })
  }
}

async function fuzzStacks(): Promise<void> {
  const count = Number(values.negotiations)
  for (const stack of RTC_STACKS) {
    const available = rtcAvailable(stack)
    if (!available.ok) throw new Error(`${stack} is not there: ${available.reason}`)
    const args = [join(import.meta.dirname, 'fuzz-peer.ts'), String(seed), String(count), stack]
    const ended = await runToEnd(process.execPath, args, 60_000 + count * NEGOTIATION_MS)
    console.log(`${stack}: ${count} negotiations: ${ended.stdout.trim()}`)
    if (ended.code !== 0)
      throw new Error(`${stack} ended with ${ended.signal ?? ended.code}, seed ${seed}: ${ended.stderr}`)
  }
}

console.log(`seed ${seed}`)
fuzzParsers()
await fuzzStacks()
