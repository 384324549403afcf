import { addressScope, canonicalAddress } from './ip-address.ts'

/** An ICE candidate as RFC 8839 5.1 writes it; what this policy does not read is left out. */
export interface IceCandidate {
  readonly transport: 'udp' | 'tcp'
  /** An IP address or a name. */
  readonly address: string
  readonly port: number
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay'
  /** The base of a reflexive or relayed candidate, which is another address of ours. */
  readonly relatedAddress?: string
}

export interface CandidatePolicy {
  /** How others see us, when that is known. */
  readonly ownPublicAddress?: string
  /** Where the connection with the peer comes from. */
  readonly remoteAddress: string
  /** The transport listens on loopback only; nothing else of this machine is shown. */
  readonly bindLoopback: boolean
}

export type CandidateVerdict =
  'send' | 'malformed' | 'not-udp' | 'name' | 'loopback' | 'private' | 'unusable-address' | 'not-loopback'

/** A candidate line of ours has about 100 characters. */
const MAX_CANDIDATE_CHARACTERS = 512

/** Candidates of one negotiation that may be sent. */
export const MAX_SENT_CANDIDATES = 16

const TYPES = ['host', 'srflx', 'prflx', 'relay'] as const

/** Reads `candidate:…` with or without `a=` before it; undefined when it is malformed or too long. */
export function parseCandidate(text: string): IceCandidate | undefined {
  if (text.length > MAX_CANDIDATE_CHARACTERS) return undefined
  const fields = text.replace(/^a=/, '').trim().split(/ +/)
  const [foundation, component, transport, priority, address, port, typ, typeName] = fields
  if (foundation === undefined || !/^candidate:[A-Za-z0-9+/]{1,32}$/.test(foundation)) return undefined
  if (!isDecimal(component, 256) || !isDecimal(priority, 2 ** 32 - 1) || !isDecimal(port, 65_535)) {
    return undefined
  }
  const type = TYPES.find((name) => name === typeName)
  if (typ !== 'typ' || type === undefined || address === undefined) return undefined
  const kind = transport?.toLowerCase()
  if (kind !== 'udp' && kind !== 'tcp') return undefined
  const related = fields.indexOf('raddr', 8)
  const relatedAddress = related === -1 ? undefined : fields[related + 1]
  const candidate = { transport: kind, address, port: Number(port), type } as const
  return relatedAddress === undefined ? candidate : { ...candidate, relatedAddress }
}

/**
 * May the peer see this candidate? Addresses of our local network are of use, and no secret, only to a peer in it:
 * one that shows the same public address, or whose connection itself comes from a private or loopback address.
 */
export function judgeCandidate(text: string, policy: CandidatePolicy): CandidateVerdict {
  const candidate = parseCandidate(text)
  if (candidate === undefined) return 'malformed'
  if (candidate.transport !== 'udp') return 'not-udp'
  const verdict = judgeAddress(candidate.address, policy)
  if (verdict !== 'send' || isUnspecified(candidate.relatedAddress)) return verdict
  return judgeAddress(candidate.relatedAddress ?? candidate.address, policy)
}

/** Judges one negotiation's candidates and ends with {@link MAX_SENT_CANDIDATES}. */
export function createCandidateFilter(policy: CandidatePolicy): (candidate: string) => boolean {
  let sent = 0
  return (candidate) => {
    if (sent >= MAX_SENT_CANDIDATES || judgeCandidate(candidate, policy) !== 'send') return false
    sent++
    return true
  }
}

function judgeAddress(address: string, policy: CandidatePolicy): CandidateVerdict {
  const scope = addressScope(address)
  if (scope === undefined) return 'name'
  if (scope === 'other') return 'unusable-address'
  if (scope === 'loopback') return addressScope(policy.remoteAddress) === 'loopback' ? 'send' : 'loopback'
  if (policy.bindLoopback) return 'not-loopback'
  return scope === 'public' || isLocalPeer(policy) ? 'send' : 'private'
}

function isLocalPeer({ ownPublicAddress, remoteAddress }: CandidatePolicy): boolean {
  const peer = addressScope(remoteAddress)
  if (peer === 'private' || peer === 'loopback') return true
  const own = ownPublicAddress === undefined ? undefined : canonicalAddress(ownPublicAddress)
  return own !== undefined && own === canonicalAddress(remoteAddress)
}

/** `raddr 0.0.0.0` is how a stack says that it keeps the base to itself. */
function isUnspecified(address: string | undefined): boolean {
  return address === '0.0.0.0' || address === '::'
}

function isDecimal(text: string | undefined, max: number): boolean {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= max
}
