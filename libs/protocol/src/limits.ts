/**
 * Every bound of the wire. A decoder refuses what lies outside; an encoder refuses to make it.
 * The reasons for the numbers are in docs/protocol.md.
 */
export const LIMITS = {
  /** A sealed datagram: HyperDHT's path MTU of 1200 less 48 bytes of IP, UDP and UDX headers. */
  maxDatagramBytes: 1152,
  /** What a seal adds: counter 8, tag 16. */
  sealOverheadBytes: 24,
  /** A datagram before sealing. */
  maxPlaintextBytes: 1128,
  /** Sealed counters remembered for replay detection; older ones are refused. */
  replayWindow: 1024,
  /** Logical channels of a connection are 0..maxChannel. */
  maxChannel: 65_535,
  /** A frame that has travelled further is dropped: no loop lives longer than this. */
  maxHops: 16,
  /** Frame body: plaintext less type 1, channel 3, hops 1. */
  maxFrameBodyBytes: 1123,
  /** One Opus packet, plain or encrypted. */
  maxPayloadBytes: 1024,
  /** TLV extensions of a frame: what an RTP header extension element of 255 bytes leaves. */
  maxFrameExtensionBytes: 175,
  /** Sequence numbers in one NACK. */
  maxNackSeqs: 64,
  /** Opus packet duration, 2.5 ms and 120 ms at 48 kHz. */
  minFrameSamples: 120,
  maxFrameSamples: 5760,
  /** One message on the control channel, envelope included. */
  maxControlBytes: 17_408,
  maxSdpBytes: 16_384,
  maxCandidateBytes: 1024,
  maxMidBytes: 64,
  maxTitleBytes: 200,
  /** A few sentences about a station. */
  maxDescriptionBytes: 500,
  /** Reasons and details meant for people. */
  maxDetailBytes: 200,
  /** Bytes that a later version may append to hello. */
  maxHelloExtensionBytes: 256,
  /** The smallest and the largest datagram size that a hello may announce. */
  minAnnouncedDatagramBytes: 512,
  maxAnnouncedDatagramBytes: 65_535,
  maxBitrate: 510_000,
  maxRetryAfterMs: 3_600_000,
  maxChannelLabelBytes: 64,
  /** Payload of an end-to-end signed envelope: one signal message with room to spare. */
  maxEnvelopePayloadBytes: 16_896,
  /** How far the wall clocks of two peers and the time under way may add up. */
  maxEnvelopeAgeMs: 300_000,
  /** The DHT's mutable value: 1074 B fit at an MTU of 1280; the rest is reserve. */
  maxRecordBytes: 900,
  maxRecordEncoders: 4,
  maxRecordRelays: 12,
  /** Bytes that a later version may append to the record; sized so that a full record stays within its limit. */
  maxRecordExtensionBytes: 112,
  maxEncoderCertificateS: 7_776_000,
  maxSessionCertificateS: 86_400,
  /** A ticket for a relay is renewed long before it ends. */
  maxTicketS: 604_800,
  /** Peers in one list of parents. */
  maxParents: 16,
  maxRelaySlots: 65_535,
  minReservationMs: 1000,
  maxReservationMs: 3_600_000,
  maxReservedBytesPerS: 0xffff_ffff,
  /** A longer round trip is of no use to anybody. */
  maxHintedRttMs: 60_000,
  /** Tolerated difference between the clocks of a station and a listener when validity is judged. */
  clockSkewS: 300,
  /** A link with surrounding white space; longer text is not looked at. */
  maxLinkCharacters: 512,
} as const

/** The version of the bytes that this library speaks. */
export const PROTOCOL_VERSION = 1
