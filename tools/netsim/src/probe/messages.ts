import type { Endpoint } from '../ip/address.ts'

/*
 * The probe's datagrams: JSON with the fields that RFC 5780 gives to STUN. Two servers, each with two ports, make four
 * addresses to ask and to be answered from:
 *
 *   client -> A1:P1   request  {changeAddress, changePort, responsePort}   CHANGE-REQUEST, RESPONSE-PORT
 *   A1:P1  -> A2:P1   forward  when the answer must come from the other address
 *   A?:P?  -> client  response {mapped, origin}                            XOR-MAPPED-ADDRESS, RESPONSE-ORIGIN
 */

export interface ProbeRequest {
  kind: 'request'
  id: string
  /** Answer from the other address, the other port, or both. */
  changeAddress: boolean
  changePort: boolean
  /** Answer to this port of the address that the request came from, instead of the port that it came from. */
  responsePort?: number
  /**
   * Answer here too, right behind the answer proper. When this one arrives, the other has arrived or never will: a
   * silence is told by order, not by waiting.
   */
  witness?: Endpoint
}

export interface ProbeForward {
  kind: 'forward'
  id: string
  mapped: Endpoint
  to: Endpoint[]
  /** Which of the server's ports is to answer. */
  fromPort: number
}

interface ProbeResponse {
  kind: 'response'
  id: string
  /** Where the request came from, as the server saw it. */
  mapped: Endpoint
  /** The address that answers. */
  origin: Endpoint
}

/** What one socket of a client sends to another one around its NAT. */
interface ProbeHairpin {
  kind: 'hairpin'
  id: string
}

export type ProbeMessage = ProbeRequest | ProbeForward | ProbeResponse | ProbeHairpin

export function encodeProbe(message: ProbeMessage): string {
  return JSON.stringify(message)
}

/** Undefined for what the probe did not send: nobody else is in the lab, so the kind is all that needs a look. */
export function decodeProbe(bytes: Uint8Array): ProbeMessage | undefined {
  try {
    const message: ProbeMessage = JSON.parse(new TextDecoder().decode(bytes))
    return typeof message.kind === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
