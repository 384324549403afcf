import { type Candidate, formatCandidate, parseCandidate } from './candidate.ts'
import { RtcError } from './errors.ts'
import { RTC_LIMITS } from './peer-transport.ts'

/**
 * What a session description (RFC 8866, RFC 8829) of a peer says, as far as one Opus track needs it. Native
 * code never sees the text of a stranger: it gets `formatSdp` of this.
 */
export interface AudioDescription {
  mid: string
  direction: 'sendonly' | 'recvonly' | 'sendrecv'
  setup: 'actpass' | 'active' | 'passive'
  iceUfrag: string
  icePwd: string
  /** Hash function and certificate hash, `sha-256 AB:CD:...` */
  fingerprint: string
  /** RTP payload type that the peer gave to Opus. */
  payloadType: number
  /** Whether the peer takes or answers generic NACK for it. */
  nack: boolean
  /** First synchronisation source it names. */
  ssrc?: number
  candidates: Candidate[]
  endOfCandidates: boolean
  /** The data channels beside the audio, over the same ICE and DTLS (RFC 8841): media id and SCTP port. */
  channels?: { mid: string; sctpPort: number }
}

/**
 * Reads the SDP of a stranger. Bounded before it is looked at, and every value is checked against its grammar.
 * @throws RtcError SDP_*, CANDIDATE_*
 */
export function parseSdpSafely(sdp: string): AudioDescription {
  const [session, audio, application, ...more] = sections(splitLines(sdp))
  if (audio === undefined) throw RtcError.sdp('SDP_MEDIA', 'it has no audio')
  if (more.length > 0) throw RtcError.sdp('SDP_MEDIA', 'it has more than two media lines')
  // A media-level attribute takes precedence over the session-level one (RFC 8839, RFC 8122).
  const attributes = new Attributes([...audio.slice(1), ...(session ?? [])])
  const payloadType = opusPayloadType(audio[0] ?? '', attributes)
  const ssrc = attributes.first('ssrc', /^(\d{1,10})(?: |$)/)
  const description: AudioDescription = {
    mid: required(attributes.first('mid', /^([A-Za-z0-9_.+-]{1,32})$/), 'SDP_LINE', 'a media id (a=mid)'),
    direction: direction(attributes),
    setup: setup(attributes),
    iceUfrag: required(attributes.first('ice-ufrag', /^([A-Za-z0-9+/]{4,256})$/), 'SDP_ICE', 'a=ice-ufrag'),
    icePwd: required(attributes.first('ice-pwd', /^([A-Za-z0-9+/]{22,256})$/), 'SDP_ICE', 'a=ice-pwd'),
    fingerprint: fingerprint(attributes),
    payloadType,
    nack: attributes.all('rtcp-fb').some((value) => value === `${payloadType} nack`),
    candidates: candidates(attributes),
    endOfCandidates: attributes.all('end-of-candidates').length > 0,
  }
  if (ssrc !== undefined && Number(ssrc) <= 0xffff_ffff) description.ssrc = Number(ssrc)
  if (application !== undefined) description.channels = dataChannels(application, description.mid)
  return description
}

/** The session description with exactly these values; `parseSdpSafely` reads it back. */
export function formatSdp(d: AudioDescription): string {
  const transport = [
    `a=setup:${d.setup}`,
    `a=ice-ufrag:${d.iceUfrag}`,
    `a=ice-pwd:${d.icePwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:${d.fingerprint}`,
  ]
  const lines = [
    'v=0',
    'o=- 1 0 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${d.mid}${d.channels ? ` ${d.channels.mid}` : ''}`,
    `m=audio 9 UDP/TLS/RTP/SAVPF ${d.payloadType}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${d.mid}`,
    `a=${d.direction}`,
    ...transport,
    'a=rtcp-mux',
    `a=rtpmap:${d.payloadType} opus/48000/2`,
  ]
  if (d.nack) lines.push(`a=rtcp-fb:${d.payloadType} nack`)
  if (d.ssrc !== undefined) lines.push(`a=ssrc:${d.ssrc} cname:peer`)
  for (const candidate of d.candidates) lines.push(`a=${formatCandidate(candidate)}`)
  if (d.endOfCandidates) lines.push('a=end-of-candidates')
  if (d.channels) {
    const { mid, sctpPort } = d.channels
    lines.push(
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      `a=mid:${mid}`,
      ...transport,
    )
    lines.push(`a=sctp-port:${sctpPort}`, `a=max-message-size:${RTC_LIMITS.maxMessageBytes}`)
  }
  return `${lines.join('\r\n')}\r\n`
}

function splitLines(sdp: string): string[] {
  if (sdp.length > RTC_LIMITS.maxSdpBytes) {
    throw RtcError.sdp('SDP_TOO_LONG', `${sdp.length} bytes, at most ${RTC_LIMITS.maxSdpBytes} are allowed`)
  }
  // Printable ASCII only: what this stack and browsers write, and no parser downstream can be surprised by it.
  if (!/^[\x20-\x7e\r\n]*$/.test(sdp)) {
    throw RtcError.sdp('SDP_CHARACTER', 'it holds a control or non-ASCII character')
  }
  const lines = sdp.split(/\r?\n/).filter((line) => line !== '')
  if (lines.length > RTC_LIMITS.maxSdpLines) {
    throw RtcError.sdp('SDP_LINE', `${lines.length} lines, at most ${RTC_LIMITS.maxSdpLines} are allowed`)
  }
  if (lines[0] !== 'v=0') throw RtcError.sdp('SDP_LINE', 'it does not start with v=0')
  const odd = lines.findIndex((line) => !/^[a-z]=[^\r]*$/.test(line))
  if (odd >= 0) throw RtcError.sdp('SDP_LINE', `line ${odd + 1} has no type and value`)
  return lines
}

/** The session's lines, then those of each media line. */
function sections(lines: readonly string[]): string[][] {
  const parts: string[][] = [[]]
  for (const line of lines) {
    if (line.startsWith('m=')) parts.push([])
    parts.at(-1)?.push(line)
  }
  return parts
}

/** What the second media line says: RFC 8841, bundled with the audio, whose ICE and DTLS values hold for both. */
function dataChannels(lines: readonly string[], audioMid: string): { mid: string; sctpPort: number } {
  if (!/^m=application [1-9]\d{0,4} UDP\/DTLS\/SCTP webrtc-datachannel$/.test(lines[0] ?? '')) {
    throw RtcError.sdp('SDP_MEDIA', 'its second media line is no data channel')
  }
  const attributes = new Attributes(lines.slice(1))
  const mid = required(attributes.first('mid', /^([A-Za-z0-9_.+-]{1,32})$/), 'SDP_LINE', 'a media id (a=mid)')
  if (mid === audioMid) throw RtcError.sdp('SDP_LINE', 'both media lines have one media id')
  const sctpPort = Number(attributes.first('sctp-port', /^(\d{1,5})$/) ?? NaN)
  if (!(sctpPort >= 1 && sctpPort <= 0xffff)) throw RtcError.sdp('SDP_LINE', 'it names no SCTP port')
  return { mid, sctpPort }
}

/** The a= lines by name. */
class Attributes {
  readonly #values = new Map<string, string[]>()

  constructor(lines: readonly string[]) {
    for (const line of lines) {
      if (!line.startsWith('a=')) continue
      const colon = line.indexOf(':')
      const name = colon < 0 ? line.slice(2) : line.slice(2, colon)
      const values = this.#values.get(name)
      const value = colon < 0 ? '' : line.slice(colon + 1)
      if (values) values.push(value)
      else this.#values.set(name, [value])
    }
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** First group of the pattern in the first value; undefined when there is none or it does not fit. */
  first(name: string, pattern: RegExp): string | undefined {
    return pattern.exec(this.all(name)[0] ?? '')?.[1]
  }
}

function opusPayloadType(mediaLine: string, attributes: Attributes): number {
  const media = /^m=audio (\d{1,5}) (?:UDP\/TLS\/RTP\/SAVPF|UDP\/TLS\/RTP\/SAVP)((?: \d{1,3}){1,32})$/.exec(
    mediaLine,
  )
  if (!media) throw RtcError.sdp('SDP_MEDIA', 'its media line is not audio over DTLS-SRTP')
  if (media[1] === '0') throw RtcError.sdp('SDP_MEDIA', 'its audio is rejected (port 0)')
  const offered = new Set((media[2] ?? '').trim().split(' ').map(Number))
  for (const value of attributes.all('rtpmap')) {
    const payloadType = Number(/^(\d{1,3}) opus\/48000\/2$/i.exec(value)?.[1] ?? NaN)
    // 64..95 would be mistaken for RTCP (RFC 5761), below 96 is not dynamic.
    if (payloadType >= 96 && payloadType <= 127 && offered.has(payloadType)) return payloadType
  }
  throw RtcError.sdp('SDP_CODEC', 'it offers no Opus (opus/48000/2 on a payload type of 96 to 127)')
}

function direction(attributes: Attributes): AudioDescription['direction'] {
  for (const name of ['sendonly', 'recvonly', 'inactive', 'sendrecv'] as const) {
    if (attributes.all(name).length === 0) continue
    if (name === 'inactive') throw RtcError.sdp('SDP_DIRECTION', 'its audio is inactive')
    return name
  }
  return 'sendrecv' // RFC 8866 section 6.7
}

function setup(attributes: Attributes): AudioDescription['setup'] {
  const value = attributes.all('setup')[0]
  if (value === 'actpass' || value === 'active' || value === 'passive') return value
  throw RtcError.sdp('SDP_SETUP', 'it names no DTLS role (a=setup)')
}

const HASH_BYTES: Readonly<Record<string, number>> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 }

/** The first fingerprint by a hash function that still counts as secure (SHA-1 does not). */
function fingerprint(attributes: Attributes): string {
  for (const value of attributes.all('fingerprint')) {
    const [, name = '', hash = ''] = /^(sha-\d{3}) ([0-9A-F:]{1,200})$/i.exec(value) ?? []
    const bytes = HASH_BYTES[name.toLowerCase()]
    if (bytes === undefined) continue
    const pairs = hash.split(':')
    if (pairs.length === bytes && pairs.every((pair) => /^[0-9A-F]{2}$/i.test(pair))) {
      return `${name.toLowerCase()} ${hash.toUpperCase()}`
    }
  }
  throw RtcError.sdp('SDP_FINGERPRINT', 'it has no certificate fingerprint (SHA-256 or longer)')
}

function candidates(attributes: Attributes): Candidate[] {
  const values = attributes.all('candidate')
  if (values.length > RTC_LIMITS.maxCandidates) {
    throw RtcError.candidate(
      'CANDIDATE_LIMIT',
      `${values.length} in one description, at most ${RTC_LIMITS.maxCandidates} are allowed`,
    )
  }
  return values.map((value) => parseCandidate(`candidate:${value}`))
}

function required(value: string | undefined, code: 'SDP_LINE' | 'SDP_ICE', what: string): string {
  if (value === undefined) throw RtcError.sdp(code, `${what} is missing or malformed`)
  return value
}
