/** What the page and its engine say to each other. Runs in browsers: no Node, no other library's code. */
export type { Command, CommandName, Profile } from './schema/command.ts'
export {
  decodeDown,
  decodePcm,
  type DownMessage,
  encodeDown,
  encodePcm,
  MAX_PCM_BYTES,
  MAX_SLOTS,
  type PcmBlock,
  SLOT_SAMPLES,
} from './schema/media.ts'
export type { FromEngine, FromPage, Levels } from './schema/message.ts'
export { type EnginePort, SCHEMA_VERSION } from './schema/port.ts'
export type {
  AudienceMember,
  BroadcastState,
  EngineState,
  HeardStation,
  InputStrip,
  KeptStation,
  ListeningFigures,
  ListeningPhase,
  ListeningState,
  OwnStation,
  Recording,
  RelayChoice,
  Trouble,
} from './schema/state.ts'
