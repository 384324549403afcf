import { BlockList, isIP } from 'node:net'
import { RtcError } from './errors.ts'
import { RTC_LIMITS } from './peer-transport.ts'

/** One ICE candidate (RFC 8839 section 5.1), the parts that matter for a direct UDP path. */
export interface Candidate {
  foundation: string
  component: number
  transport: 'udp' | 'tcp'
  priority: number
  /** An IP address, or a host name (browsers hide addresses behind mDNS names). */
  address: string
  port: number
  type: 'host' | 'srflx' | 'prflx' | 'relay'
}

// candidate-attribute of RFC 8839; related address and extensions follow and are not needed.
const GRAMMAR =
  /^(?:a=)?candidate:([A-Za-z0-9+/-]{1,32}) (\d{1,3}) ([A-Za-z-]{1,16}) (\d{1,10}) ([A-Za-z0-9.:_-]{1,255}) (\d{1,5}) typ ([a-z]{1,16})((?: [\x21-\x7e]+)*) *$/

/** @throws RtcError CANDIDATE_TOO_LONG, CANDIDATE_SYNTAX */
export function parseCandidate(text: string): Candidate {
  if (text.length > RTC_LIMITS.maxCandidateBytes) {
    throw RtcError.candidate(
      'CANDIDATE_TOO_LONG',
      `${text.length} characters, at most ${RTC_LIMITS.maxCandidateBytes} are allowed`,
    )
  }
  const match = GRAMMAR.exec(text)
  if (!match) throw syntax('it does not follow RFC 8839')
  const [
    ,
    foundation = '',
    component = '',
    transport = '',
    priority = '',
    address = '',
    port = '',
    type = '',
  ] = match
  const candidate = {
    foundation,
    component: Number(component),
    transport: transport.toLowerCase(),
    priority: Number(priority),
    address: address.toLowerCase(),
    port: Number(port),
    type,
  }
  if (candidate.component < 1 || candidate.component > 256)
    throw syntax(`component ${component} is out of range`)
  if (candidate.priority > 0xffff_ffff) throw syntax(`priority ${priority} is out of range`)
  if (candidate.port > 0xffff) throw syntax(`port ${port} is out of range`)
  if (candidate.transport !== 'udp' && candidate.transport !== 'tcp') throw syntax('its transport is unknown')
  if (!isCandidateType(candidate.type)) throw syntax('its type is unknown')
  return { ...candidate, transport: candidate.transport, type: candidate.type }
}

/** The text for a native stack: exactly the parsed fields, nothing of what surrounded them. */
export function formatCandidate(c: Candidate): string {
  return `candidate:${c.foundation} ${c.component} ${c.transport} ${c.priority} ${c.address} ${c.port} typ ${c.type}`
}

/**
 * Whether connectivity checks may be sent there. A stranger names these addresses, so: no host name (it would
 * be looked up, and the DNS query tells a third party), nothing that reaches many hosts or our own machine,
 * except when our own address is a loopback one.
 */
export function isUsable(c: Candidate, boundToLoopback: boolean): boolean {
  if (c.transport !== 'udp' || c.component !== 1 || c.port === 0) return false
  const family = isIP(c.address)
  if (family === 0 || c.address.includes('%')) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  if (NEVER.check(c.address, kind) || (family === 6 && IPV4_MAPPED.check(c.address, kind))) return false
  return LOOPBACK.check(c.address, kind) === boundToLoopback
}

/** Whether an IP address is one of a loopback interface. */
export function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

const NEVER = new BlockList()
NEVER.addSubnet('0.0.0.0', 8, 'ipv4') // this network
NEVER.addSubnet('224.0.0.0', 3, 'ipv4') // multicast, reserved, broadcast
NEVER.addAddress('::', 'ipv6') // unspecified
NEVER.addSubnet('ff00::', 8, 'ipv6') // multicast
NEVER.addSubnet('fe80::', 10, 'ipv6') // link-local needs a zone, which means nothing to another machine

// A list of its own: one that holds this subnet matches every IPv4 address as well.
const IPV4_MAPPED = new BlockList()
IPV4_MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6')

function isCandidateType(type: string): type is Candidate['type'] {
  return type === 'host' || type === 'srflx' || type === 'prflx' || type === 'relay'
}

function syntax(what: string): RtcError {
  return RtcError.candidate('CANDIDATE_SYNTAX', what)
}
