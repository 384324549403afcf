import type { DataChannel, PeerConnection, RtcConfig, Track } from 'node-datachannel'
import { type Candidate, formatCandidate } from '../candidate.ts'
import {
  type ChannelName,
  type Connection,
  type ConnectionEvents,
  type Offer,
  OPUS_PAYLOAD_TYPE,
  OUR_MID,
} from '../connection.ts'
import { RtcError } from '../errors.ts'
import { RTC_LIMITS } from '../peer-transport.ts'
import { type AudioDescription, formatSdp } from '../sdp.ts'
import { DataChannels } from './data-channels.ts'
import { native } from './native.ts'

// Stereo at the bitrate of music: Chromium answers an offer without it with mono at 32 kbit/s.
const OPUS_PARAMETERS = 'minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1'

/**
 * One native PeerConnection with one audio track, data channels if wanted, and the rules that keep libdatachannel alive:
 * - `setLocalDescription` is called at most once, and only where it cannot fail: what it throws, or a second
 *   offer, ends the process with an uncaught C++ exception. Answers are made inside `setRemoteDescription`,
 *   whose exceptions are caught.
 * - an answerer adds its own track under the offer's media id, and no media handler is set on any track.
 * - a track's `onClosed` is always set: without it the wrapper stays on a native list of plain pointers, and the
 *   event loop never ends.
 * - nothing is closed from within a native callback.
 */
export class NdcConnection implements Connection {
  readonly #connection: PeerConnection
  readonly #events: ConnectionEvents
  #track: PacketTrack | undefined
  readonly #channels: DataChannels
  #remoteMid = OUR_MID
  /** What the SDP of ours gets added: libdatachannel has no call for it on audio. */
  #announcesNack = false
  #payloadType = OPUS_PAYLOAD_TYPE
  #iceLost = false
  #closed = false

  /** @throws RtcError NATIVE_MISSING, NATIVE_FAILED */
  constructor(bindAddress: string | undefined, events: ConnectionEvents) {
    const { PeerConnection } = native.get()
    const config: RtcConfig = {
      iceServers: [],
      enableIceTcp: false,
      maxMessageSize: RTC_LIMITS.maxMessageBytes,
    }
    if (bindAddress !== undefined) config.bindAddress = bindAddress
    this.#events = events
    this.#channels = new DataChannels({
      onOpen: () => this.#report((to) => to.onChannelsOpen()),
      onData: (channel, bytes) => this.#report((to) => to.onData(channel, bytes)),
    })
    this.#connection = attempt('create a connection', () => new PeerConnection('peer', config))
    this.#listen()
  }

  /** Call `probeSocket` before. @throws RtcError NATIVE_FAILED */
  offer({ channels, nack, ssrc }: Offer): void {
    this.#announcesNack = nack
    attempt('make an offer', () => {
      this.#addTrack(OUR_MID, 'SendOnly', OPUS_PAYLOAD_TYPE, ssrc)
      // The first data channel makes the offer by itself; asking for another one would end the process.
      if (channels) this.#channels.create(this.#connection)
      else this.#connection.setLocalDescription('offer')
    })
  }

  /**
   * Passive whenever the peer leaves it to us: then the client hello comes from the peer, once it has our answer,
   * which the transport holds back until ICE has connected.
   * @throws RtcError NATIVE_FAILED
   */
  answer(remote: AudioDescription): void {
    const setup = remote.setup === 'passive' ? 'passive' : 'active'
    this.#announcesNack = remote.nack
    this.#payloadType = remote.payloadType
    attempt('apply the offer', () => {
      this.#addTrack(remote.mid, 'RecvOnly', remote.payloadType)
      this.#remoteMid = remote.mid
      this.#connection.onDataChannel((channel: DataChannel) => this.#channels.adopt(channel))
      this.#connection.setRemoteDescription(formatSdp({ ...remote, setup }), 'offer')
    })
  }

  /** @throws RtcError NATIVE_FAILED */
  applyAnswer(remote: AudioDescription): void {
    attempt('apply the answer', () => this.#connection.setRemoteDescription(formatSdp(remote), 'answer'))
  }

  /** @throws RtcError NATIVE_FAILED: about one cold process in a hundred has no ICE transport yet */
  addCandidate(candidate: Candidate): void {
    attempt('add a candidate', () =>
      this.#connection.addRemoteCandidate(formatCandidate(candidate), this.#remoteMid),
    )
  }

  send(packet: Uint8Array): boolean {
    if (!this.#track || this.#closed) return false
    try {
      return this.#track.sendMessageBinary(packet)
    } catch {
      return false // not open, or just closed by the peer
    }
  }

  sendData(channel: ChannelName, bytes: Uint8Array): boolean {
    return !this.#closed && this.#channels.send(channel, bytes)
  }

  /** No event follows. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    setImmediate(() => {
      this.#channels.close()
      this.#track?.close()
      this.#connection.close()
    })
  }

  #addTrack(mid: string, direction: 'SendOnly' | 'RecvOnly', payloadType: number, ssrc?: number): void {
    const audio = new (native.get().Audio)(mid, direction)
    audio.addOpusCodec(payloadType, OPUS_PARAMETERS)
    if (ssrc !== undefined) audio.addSSRC(ssrc, 'pearcast', 'station', 'audio')
    const track = this.#connection.addTrack(audio)
    this.#track = track
    unconfirmed.add(track)
    track.onOpen(() => this.#report((events) => events.onOpen()))
    track.onMessage((packet) => {
      if (!this.#closed) this.#events.onPacket(packet)
    })
    track.onClosed(() => unconfirmed.delete(track))
  }

  #listen(): void {
    const connection = this.#connection
    connection.onLocalDescription((sdp) => this.#report((events) => events.onLocalSdp(this.#announced(sdp))))
    connection.onLocalCandidate((candidate, mid) =>
      this.#report((events) => events.onCandidate(candidate.replace(/^a=/, ''), mid)),
    )
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') this.#report((events) => events.onEndOfCandidates())
    })
    connection.onIceStateChange((state) => {
      if (state === 'disconnected' || state === 'failed') this.#iceLost = true
      if (state === 'connected' || state === 'completed') this.#report((events) => events.onIceConnected())
    })
    connection.onStateChange((state) => {
      // `disconnected` is final in libdatachannel: after ICE lost the peer, or after it said goodbye in DTLS.
      if (state === 'failed') this.#report((events) => events.onEnd(true))
      if (state === 'disconnected' || state === 'closed') {
        this.#report((events) => events.onEnd(this.#iceLost))
      }
    })
  }

  /** The line must stand behind the codec it belongs to. */
  #announced(sdp: string): string {
    if (!this.#announcesNack) return sdp
    const codec = new RegExp(`^a=rtpmap:${this.#payloadType} .*\\r\\n`, 'm')
    return sdp.replace(codec, (line) => `${line}a=rtcp-fb:${this.#payloadType} nack\r\n`)
  }

  #report(event: (events: ConnectionEvents) => void): void {
    if (!this.#closed) event(this.#events)
  }
}

/** The declared type asks for a Buffer; the native code takes the bytes of any view, so no copy is needed. */
type PacketTrack = Pick<Track, 'close'> & { sendMessageBinary(packet: Uint8Array): boolean }

/** Tracks whose end the native side has not confirmed: their wrappers must not be collected before. */
const unconfirmed = new Set<Track>()

function attempt<T>(step: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw RtcError.nativeFailed(step, error)
  }
}
