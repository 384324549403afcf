// The package's own declarations are not reachable through its export map from an ES module; only what is used.
declare module '@evan/opus' {
  export class Encoder {
    constructor(options: { channels: 1 | 2; sample_rate: 48000; application: 'voip' | 'audio' })
    bitrate: number
    signal: 'auto' | 'voice' | 'music'
    inband_fec: boolean
    /** percent */
    packet_loss: number
    complexity: number
    /** One frame of interleaved 16-bit samples to one packet; a fresh array. */
    encode(pcm: Int16Array): Uint8Array
  }
  export class Decoder {
    constructor(options: { channels: 1 | 2; sample_rate: 48000 })
    /** One packet to the bytes of interleaved 16-bit samples, a fresh array; throws on an illegal packet. */
    decode(packet: Uint8Array): Uint8Array
    reset(): void
  }
}
