import type { Candidate } from './candidate.ts'
import type { AudioDescription } from './sdp.ts'

/** `control` is reliable and in order, `datagrams` neither. The names are the channels' labels on the wire. */
export type ChannelName = 'control' | 'datagrams'

/** What a stack reports, on the event loop, possibly late and in no order between kinds. */
export interface ConnectionEvents {
  onLocalSdp(sdp: string): void
  onCandidate(candidate: string, mid: string): void
  onEndOfCandidates(): void
  onIceConnected(): void
  onOpen(): void
  /** Any RTP or RTCP packet, complete and decrypted. */
  onPacket(packet: Uint8Array): void
  onChannelsOpen(): void
  onData(channel: ChannelName, bytes: Uint8Array): void
  /** `lost`: no connection came about, or ICE lost it. Otherwise the peer ended it. */
  onEnd(lost: boolean): void
}

/** What an offer of ours has. */
export interface Offer {
  ssrc: number
  /** Whether lost packets will be sent again when asked for. */
  nack: boolean
  channels: boolean
}

/**
 * One RTCPeerConnection of one stack: one audio track, data channels if wanted, no policy. It is negotiated once, and
 * reports nothing after `close()`. Whatever it throws is an RtcError.
 */
export interface Connection {
  /** The offer comes as `onLocalSdp`. */
  offer(offer: Offer): void
  /** The answer comes as `onLocalSdp`. Chooses the DTLS role that suits the stack where the offer leaves it open. */
  answer(remote: AudioDescription): void
  applyAnswer(remote: AudioDescription): void
  addCandidate(candidate: Candidate): void
  /** One complete RTP or RTCP packet. False when it was not taken. */
  send(packet: Uint8Array): boolean
  /** False when it was not taken. */
  sendData(channel: ChannelName, bytes: Uint8Array): boolean
  close(): void
}

export type OpenConnection = (bindAddress: string | undefined, events: ConnectionEvents) => Connection

/** The media id and payload type that our offers use. */
export const OUR_MID = '0'
export const OPUS_PAYLOAD_TYPE = 111
