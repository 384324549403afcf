import type { IceCandidate, RTCCertificate, RTCDtlsTransport, RTCIceTransport } from 'werift'
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
import { type AudioDescription, formatSdp } from '../sdp.ts'
import { DataChannels, DATA_MID, SCTP_PORT } from './data-channels.ts'
import { openIce } from './ice-without-servers.ts'
import { werift } from './module.ts'
import { PacketCipher } from './packets.ts'

/**
 * One connection on werift's transports for ICE, DTLS and SCTP. Its RTCPeerConnection is not used: that one asks a STUN
 * server, rewrites packets and reads SDP, all of which is done elsewhere here.
 */
export class WeriftConnection implements Connection {
  readonly #bindAddress: string | undefined
  readonly #events: ConnectionEvents
  #ice: RTCIceTransport | undefined
  #dtls: RTCDtlsTransport | undefined
  #cipher: PacketCipher | undefined
  #channels: DataChannels | undefined
  #mid = OUR_MID
  #closed = false

  /** @throws RtcError NATIVE_MISSING */
  constructor(bindAddress: string | undefined, events: ConnectionEvents) {
    werift.get()
    this.#bindAddress = bindAddress
    this.#events = events
  }

  offer({ channels, nack, ssrc }: Offer): void {
    const offer = async (): Promise<void> => {
      const { dtls, ice, local } = await this.#open(true)
      if (channels) this.#channels = this.#openChannels(dtls, true)
      this.#describe(ice, {
        ...local,
        mid: OUR_MID,
        direction: 'sendonly',
        setup: 'actpass',
        payloadType: OPUS_PAYLOAD_TYPE,
        nack,
        ssrc,
        ...(channels && { channels: { mid: DATA_MID, sctpPort: SCTP_PORT } }),
      })
    }
    offer().catch(() => this.#end(true))
  }

  /**
   * Active where the offer leaves it open: werift's client waits 100 ms before its hello, long enough for the peer's ICE,
   * while a server of its own would miss a hello that comes before its ICE has connected.
   */
  answer(remote: AudioDescription): void {
    const answer = async (): Promise<void> => {
      const { dtls, ice, local } = await this.#open(false)
      const setup = remote.setup === 'active' ? 'passive' : 'active'
      const { channels, mid, nack, payloadType } = remote
      this.#mid = mid
      if (channels) this.#channels = this.#openChannels(dtls, false)
      this.#describe(ice, {
        ...local,
        mid,
        direction: 'recvonly',
        setup,
        payloadType,
        nack,
        ...(channels && { channels: { mid: channels.mid, sctpPort: SCTP_PORT } }),
      })
      this.#connect(remote, setup === 'active' ? 'client' : 'server')
    }
    answer().catch(() => this.#end(true))
  }

  applyAnswer(remote: AudioDescription): void {
    this.#connect(remote, remote.setup === 'active' ? 'server' : 'client')
  }

  addCandidate(candidate: Candidate): void {
    const parsed = werift
      .get()
      .IceCandidate.fromJSON({ candidate: formatCandidate(candidate), sdpMid: this.#mid })
    if (parsed) void this.#ice?.addRemoteCandidate(parsed)
  }

  send(packet: Uint8Array): boolean {
    if (this.#closed || !this.#cipher || !this.#ice) return false
    void this.#ice.connection.send(this.#cipher.encrypt(packet)).catch(() => undefined)
    return true
  }

  sendData(channel: ChannelName, bytes: Uint8Array): boolean {
    return !this.#closed && (this.#channels?.send(channel, bytes) ?? false)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // What was sent in this turn, a goodbye above all, leaves before the socket is closed.
    setImmediate(() => {
      void this.#channels?.close()
      void this.#dtls?.stop().catch(() => undefined)
    })
  }

  async #open(controlling: boolean): Promise<Opened> {
    const { RTCDtlsTransport: DtlsTransport } = werift.get()
    const certificate = await DtlsTransport.SetupCertificate()
    if (this.#closed) throw RtcError.closed('the negotiation')
    const ice = openIce(this.#bindAddress, controlling)
    const dtls = openDtls(ice, certificate)
    this.#ice = ice
    this.#dtls = dtls
    const { password, usernameFragment } = ice.localParameters
    const [fingerprint = ''] = certificate.getFingerprints().map((each) => `${each.algorithm} ${each.value}`)
    return {
      dtls,
      ice,
      local: {
        iceUfrag: usernameFragment,
        icePwd: password,
        fingerprint,
        candidates: [],
        endOfCandidates: false,
      },
    }
  }

  /** Reports our description, and begins to gather. */
  #describe(ice: RTCIceTransport, local: AudioDescription): void {
    let found = 0
    ice.onIceCandidate.subscribe((candidate) => {
      if (candidate === undefined) return
      found++
      this.#report((to) => to.onCandidate(describeCandidate(candidate), this.#mid))
    })
    const gather = async (): Promise<void> => {
      await ice.gather()
      this.#report((to) => to.onEndOfCandidates())
      if (found === 0) this.#end(true) // no network, or an address that is not ours
    }
    void gather()
    this.#report((to) => to.onLocalSdp(formatSdp(local)))
  }

  /** Runs ICE, DTLS and SRTP one after the other, with the peer that this describes. */
  #connect(remote: AudioDescription, role: 'client' | 'server'): void {
    const { RTCDtlsFingerprint: Fingerprint, RTCDtlsParameters: Parameters } = werift.get()
    const [ice, dtls] = [this.#ice, this.#dtls]
    if (ice === undefined || dtls === undefined) return
    ice.setRemoteParams({ iceLite: false, usernameFragment: remote.iceUfrag, password: remote.icePwd })
    const [algorithm = '', value = ''] = remote.fingerprint.split(' ')
    dtls.setRemoteParams(
      new Parameters([new Fingerprint(algorithm, value)], role === 'client' ? 'server' : 'client'),
    )
    dtls.role = role
    if (remote.channels) this.#channels?.expect(remote.channels.sctpPort)
    dtls.onStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') this.#end(state === 'failed')
    })
    this.#establish(ice, dtls).catch(() => this.#end(true))
  }

  async #establish(ice: RTCIceTransport, dtls: RTCDtlsTransport): Promise<void> {
    await ice.start()
    if (this.#closed) return
    this.#report((to) => to.onIceConnected())
    ice.onStateChange.subscribe((state) => {
      if (state === 'disconnected' || state === 'failed') this.#end(true)
    })
    await dtls.start()
    if (this.#closed) return
    const cipher = new PacketCipher(dtls)
    this.#cipher = cipher
    ice.connection.onData.subscribe((datagram) => {
      const packet = cipher.decrypt(datagram)
      if (packet) this.#report((to) => to.onPacket(packet))
    })
    this.#report((to) => to.onOpen())
    await this.#channels?.start()
  }

  #openChannels(dtls: RTCDtlsTransport, creates: boolean): DataChannels {
    return new DataChannels(dtls, creates, {
      onOpen: () => this.#report((to) => to.onChannelsOpen()),
      onData: (channel, bytes) => this.#report((to) => to.onData(channel, bytes)),
    })
  }

  #end(lost: boolean): void {
    this.#report((to) => to.onEnd(lost))
  }

  #report(event: (events: ConnectionEvents) => void): void {
    if (!this.#closed) event(this.#events)
  }
}

/** What ICE and DTLS contribute to a description. */
type LocalDescription = Pick<
  AudioDescription,
  'iceUfrag' | 'icePwd' | 'fingerprint' | 'candidates' | 'endOfCandidates'
>

interface Opened {
  ice: RTCIceTransport
  dtls: RTCDtlsTransport
  local: LocalDescription
}

/** SRTP is ours (`PacketCipher`), so werift's must not decrypt as well. */
function openDtls(ice: RTCIceTransport, certificate: RTCCertificate): RTCDtlsTransport {
  const {
    ProtectionProfileAeadAes128Gcm,
    ProtectionProfileAes128CmHmacSha1_80,
    RTCDtlsTransport: DtlsTransport,
  } = werift.get()
  const profiles = [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80]
  const dtls = new DtlsTransport({}, ice, certificate, profiles)
  dtls.srtpStarted = true
  return dtls
}

function describeCandidate({
  component,
  foundation,
  ip,
  port,
  priority,
  protocol,
  type,
}: IceCandidate): string {
  const id = foundation.replace(/^candidate:/, '')
  return `candidate:${id} ${component} ${protocol.toUpperCase()} ${priority} ${ip} ${port} typ ${type}`
}
