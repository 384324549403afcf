import type { FromEngine, FromPage } from '@pearcast/engine/schema'

export type ToWorker =
  | { type: 'open'; link: { url: string; protocols: string[] } | { port: MessagePort }; wasm: string }
  /** Another one, after the last was lost. */
  | { type: 'port'; port: MessagePort }
  | { type: 'send'; message: FromPage }
  /** To the ring of the sound card: pulls come from there. */
  | { type: 'output'; port: MessagePort }
  /** From the capture: blocks of 20 ms come from there. */
  | { type: 'input'; port: MessagePort }

export type LinkState = 'connecting' | 'open' | 'replaced' | 'lost'

/** What is heard here, once a second while something is. */
export interface Heard {
  /** from the station's mixer to this page's decoder; NaN before it is known */
  latencyMs: { p50: number; p95: number }
  framesPlayed: number
  framesConcealed: number
  framesLost: number
  underruns: number
  /** Between the decoder and the sound card. */
  ringMs: number
  bufferMs: number
  /** What the buffer aims at. */
  targetMs: number
  state: 'buffering' | 'playing' | 'starved' | 'quiet' | 'ended'
}

export type FromWorker =
  | { type: 'link'; state: LinkState }
  | { type: 'engine'; message: FromEngine }
  | { type: 'heard'; heard: Heard }
  /** The loudest sample of the last 66 ms, 0..1 */
  | { type: 'level'; peak: number }
  | { type: 'failed'; message: string }
