import type { Audio, PeerConnection } from 'node-datachannel'

/** One audio track of a connection; complete RTP and RTCP packets in both directions. */
export interface NativeTrack {
  /** False when the socket did not take it. @throws Error when the track is not open */
  send(packet: Uint8Array): boolean
  close(): void
}

/** Its type asks for a Buffer; the native code takes the bytes of any view. */
interface PacketSink {
  sendMessageBinary(packet: Uint8Array): boolean
}

// Stereo at the bitrate of music: Chromium answers an offer without it with mono at 32 kbit/s.
const OPUS_PARAMETERS = 'minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1'

/** Tracks whose end the native side has not confirmed: it keeps plain pointers to them until then. */
const ending = new Set<unknown>()

export function createTrack(
  connection: PeerConnection,
  audio: Audio,
  payloadType: number,
  ssrc: number | undefined,
  events: { onOpen(): void; onPacket(packet: Uint8Array): void },
): NativeTrack {
  audio.addOpusCodec(payloadType, OPUS_PARAMETERS)
  if (ssrc !== undefined) audio.addSSRC(ssrc, 'pearcast', 'station', 'audio')
  const track = connection.addTrack(audio)
  ending.add(track)
  track.onOpen(() => events.onOpen())
  track.onMessage((packet) => events.onPacket(packet))
  // Without this callback the wrapper is never taken off a native list, and the event loop never ends.
  track.onClosed(() => ending.delete(track))
  const sink: PacketSink = track
  return {
    send: (packet) => sink.sendMessageBinary(packet),
    close: () => track.close(),
  }
}
