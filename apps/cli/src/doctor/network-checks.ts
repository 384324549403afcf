import { likelyPath, type LikelyPath, type Reach } from '@pearcast/session-fsm'
import { formatAddress, type NatClass, type NetworkFindings } from '@pearcast/swarm'
import { count } from '../terminal/text.ts'
import type { Check, DiagnosisEvent } from './doctor-event.ts'

const LISTENERS: Readonly<Record<Reach, string>> = {
  open: 'on an open network or a rented server',
  consistent: 'behind a usual router, on most mobile networks',
  random: 'behind a symmetric NAT, as in many companies',
}

const WAYS: Readonly<Record<LikelyPath, string>> = {
  direct: 'directly',
  punched: 'by hole punching, within a second',
  birthday: 'by hole punching with luck: some seconds, up to half a minute',
  none: 'over IPv4 not without a relay; where both have IPv6, through a peer that both reach',
}

const NAT_WORDS: Readonly<Record<NatClass, Pick<Check, 'status' | 'text'>>> = {
  open: {
    status: 'ok',
    text: 'IPv4 is open: whoever wants to connect reaches this computer, so every listener can be served.',
  },
  consistent: {
    status: 'ok',
    text:
      'IPv4 goes through a NAT or firewall that keeps one port for all destinations: nobody gets in unasked, ' +
      'and listeners get through by hole punching.',
  },
  random: {
    status: 'warning',
    text:
      'IPv4 goes through a NAT that gives each destination another port (symmetric): hole punching needs luck, and with a listener ' +
      'behind another such NAT it is hopeless. A forwarded UDP port, another network or a relay helps.',
  },
  unknown: {
    status: 'warning',
    text: 'Too few nodes of the DHT answered to tell what stands before this computer. Try again.',
  },
}

const ON_THIS_COMPUTER: Pick<Check, 'status' | 'text'> = {
  status: 'ok',
  text: 'This DHT is on this computer: no NAT stands between, and nothing is learnt of the network outside.',
}

/** A DHT of fewer than 4 loses connections; one answer may be lost. */
const ENOUGH_NODES = 3

/** The findings in words, as checks. */
export function networkChecks(found: NetworkFindings): Check[] {
  const { bootstrapMs, isLoopback, natClass, nodes, portStable } = found
  const nat = isLoopback ? ON_THIS_COMPUTER : NAT_WORDS[natClass]
  const seen = found.publicAddress === null ? '' : ` Seen as ${seenAs(found)}.`
  return [
    { name: 'udp', status: 'ok', text: 'UDP gets out, and answers come back.', code: null },
    dhtCheck(nodes, bootstrapMs),
    { name: 'nat', status: nat.status, text: nat.text + seen, code: null },
    portCheck(portStable),
  ]
}

function dhtCheck(nodes: number, bootstrapMs: number): Check {
  const answers = `${count(nodes, 'node')} answered, the first after ${bootstrapMs} ms.`
  if (nodes >= ENOUGH_NODES)
    return { name: 'dht', status: 'ok', text: `The DHT is there: ${answers}`, code: null }
  const text = `The DHT is too small to be announced in: ${answers} Check the bootstrap addresses.`
  return { name: 'dht', status: 'warning', text, code: null }
}

function seenAs({ publicAddress, portPreserved }: NetworkFindings): string {
  if (publicAddress === null) return 'nothing'
  if (publicAddress.port === 0) return `${publicAddress.host}, with another port for each destination`
  return formatAddress(publicAddress) + (portPreserved === true ? ', the port kept' : '')
}

function portCheck(stable: boolean | null): Check {
  const name = 'port'
  if (stable === null)
    return {
      name,
      status: 'skipped',
      text: 'No node answered twice, so the port was not compared.',
      code: null,
    }
  if (stable)
    return {
      name,
      status: 'ok',
      text: 'The port outside stayed the same for the nodes asked twice.',
      code: null,
    }
  return {
    name,
    status: 'warning',
    text:
      'The port outside changes from one moment to the next: connections break and come back. ' +
      'A router that is overloaded or restarts does that; so do two ways out at once, as with a VPN.',
    code: null,
  }
}

/** What is told of the network when it could not be reached at all. */
export function offlineChecks(code: string, message: string): Check[] {
  const udpWorks = code === 'NO_DHT'
  const skipped = { status: 'skipped', text: 'Not measured: the DHT cannot be asked.', code: null } as const
  const udp: Check = udpWorks
    ? { name: 'udp', status: 'ok', text: 'UDP gets out, and answers come back.', code: null }
    : { name: 'udp', status: 'failed', text: message, code }
  const dht: Check = udpWorks
    ? { name: 'dht', status: 'failed', text: message, code }
    : { name: 'dht', ...skipped, text: 'Not measured: it needs UDP.' }
  return [udp, dht, { name: 'nat', ...skipped }, { name: 'port', ...skipped }]
}

export function pathsFrom(natClass: NatClass): Record<Reach, LikelyPath> | null {
  if (natClass === 'unknown') return null
  const to = (other: Reach): LikelyPath => likelyPath(natClass, other)
  return { open: to('open'), consistent: to('consistent'), random: to('random') }
}

/** The likely ways to listeners, a line for each kind. */
export function pathLines(paths: NonNullable<DiagnosisEvent['paths']>): string[] {
  const kinds = ['open', 'consistent', 'random'] as const
  return kinds.map((kind) => `a listener ${LISTENERS[kind]}: ${WAYS[paths[kind]]}`)
}

export function verdictOf(found: NetworkFindings | undefined): DiagnosisEvent['verdict'] {
  if (found === undefined) return 'offline'
  const reaches = found.natClass === 'open' || found.natClass === 'consistent'
  if (!reaches || found.portStable === false || found.nodes < ENOUGH_NODES) return 'limited'
  return found.isLoopback ? 'local' : 'good'
}
