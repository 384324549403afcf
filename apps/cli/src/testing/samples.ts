import type { BroadcastEvent, ListenEvent, ListenFigures } from '@pearcast/station'
import type { InputEvent } from '../broadcast/input-event.ts'
import type { DevicesEvent } from '../devices/devices-event.ts'
import type { DoctorEvent } from '../doctor/doctor-event.ts'
import type { DemoEvent, DhtEvent, FavouritesEvent, LegResult } from '../events.ts'
import type { RelayCommandEvent } from '../relay/relay-event.ts'
import type { TimeEvent } from '../time/time-watch.ts'
import type { StationCommandEvent } from '../station/station-event.ts'
import type { UiEvent } from '../ui/ui-event.ts'

/** One event of each kind; a kind that is missing here does not compile. */
type OneOfEach<E extends { event: string }> = { [K in E['event']]: Extract<E, { event: K }> }

const figures: ListenFigures = {
  framesPlayed: 498,
  framesLost: 0,
  framesConcealed: 2,
  framesDuplicate: 0,
  framesByPath: { swarm: 20, webrtc: 478, relayed: 0 },
  interruptions: 0,
  latencyMs: { p50: 41.2, p95: 46.9 },
  path: 'webrtc',
  via: 'webrtc',
}

export const legResult: LegResult = {
  leg: 'auto',
  path: 'webrtc',
  via: 'webrtc',
  firstAudioMs: 312,
  latencyMs: { p50: 41.2, p95: 46.9 },
  framesSent: 500,
  framesPlayed: 498,
  framesLost: 0,
  framesConcealed: 2,
  framesDuplicate: 0,
  framesByPath: { swarm: 20, webrtc: 478, relayed: 0 },
  correlation: 0.9981,
  loudnessDiffDb: -0.12,
  recording: '/tmp/auto.wav',
}

export const silentLeg: LegResult = {
  leg: 'swarm',
  path: null,
  via: null,
  firstAudioMs: null,
  latencyMs: null,
  framesSent: 0,
  framesPlayed: 0,
  framesLost: 0,
  framesConcealed: 0,
  framesDuplicate: 0,
  framesByPath: { swarm: 0, webrtc: 0, relayed: 0 },
  correlation: null,
  loudnessDiffDb: null,
  recording: null,
}

const error = { event: 'error', code: 'NO_UDP', message: 'No answer over UDP.' } as const

export const broadcastEvents: OneOfEach<BroadcastEvent | InputEvent> = {
  'on-air': { event: 'on-air', link: 'pearcast://abc', key: '00ff' },
  'listener-joined': { event: 'listener-joined', id: 'a1b2c3d4', path: 'swarm', via: 'lan' },
  'listener-path': { event: 'listener-path', id: 'a1b2c3d4', from: 'swarm', path: 'webrtc', via: 'webrtc' },
  'listener-left': { event: 'listener-left', id: 'a1b2c3d4', reason: 'leaving' },
  source: { event: 'source', state: 'live' },
  via: { event: 'via', key: 'ab'.repeat(32), state: 'lost', code: 'TIMEOUT', message: 'no answer' },
  stats: {
    event: 'stats',
    listeners: 1,
    framesSent: 50,
    bytesSent: 12_000,
    cpuMs: 20.5,
    rssKiB: 60_000,
    uplinkBps: 5_000_000,
    level: { peakDb: [-3, -4.5], rmsDb: [-18, -17.2] },
  },
  silence: { event: 'silence', state: 'begins', ms: 10_000 },
  track: { event: 'track', name: 'a/1.flac', title: 'First light', durationS: 30 },
  skipped: { event: 'skipped', name: 'a/2.txt', code: 'FILE_NOT_AUDIO', message: 'It is no audio.' },
  'input-lost': { event: 'input-lost', code: 'NO_AUDIO_INPUT', message: 'It is gone.' },
  error,
  ended: { event: 'ended', reason: 'source-ended', framesSent: 500, durationMs: 10_400 },
}

export const listenEvents: OneOfEach<ListenEvent> = {
  searching: { event: 'searching' },
  connected: { event: 'connected', ms: 120.5, via: 'lan' },
  station: {
    event: 'station',
    title: 'Jazz all day',
    channels: 2,
    bitrate: 96_000,
    description: '',
    nowPlaying: '',
  },
  'first-audio': { event: 'first-audio', ms: 312, path: 'swarm', via: 'lan' },
  path: { event: 'path', from: 'swarm', to: 'webrtc', via: 'webrtc', ms: 700 },
  gap: { event: 'gap', ms: 40, concealed: 2 },
  reconnecting: { event: 'reconnecting', attempt: 1 },
  'off-air': { event: 'off-air' },
  output: { event: 'output', state: 'lost', message: 'The sound card is gone.' },
  stats: {
    event: 'stats',
    bufferMs: 40,
    targetMs: 40,
    framesRepaired: 3,
    hops: 1,
    relaying: null,
    ...figures,
  },
  parent: { event: 'parent', key: 'ab'.repeat(32), hops: 1, cause: 'first' },
  distrusted: { event: 'distrusted', key: 'ab'.repeat(32), reason: 'forged' },
  announced: { event: 'announced', announced: true, key: 'ab'.repeat(32) },
  'child-joined': { event: 'child-joined', id: 'a1b2c3d4', via: 'punched' },
  'child-left': { event: 'child-left', id: 'a1b2c3d4', reason: 'lost' },
  error,
  ended: { event: 'ended', framesSent: 500, relayHops: 0, reason: 'duration', ...figures },
}

const link = 'pearcast://abc'

export const relayEvents: OneOfEach<RelayCommandEvent> = {
  searching: { event: 'searching', link },
  connected: { event: 'connected', ms: 120.5, via: 'punched', link },
  station: { ...listenEvents.station, link },
  path: { ...listenEvents.path, link },
  reconnecting: { event: 'reconnecting', attempt: 1, link },
  'off-air': { event: 'off-air', link },
  parent: { event: 'parent', key: 'ab'.repeat(32), hops: 1, cause: 'first', link },
  distrusted: { event: 'distrusted', key: 'ab'.repeat(32), reason: 'forged', link },
  relaying: { event: 'relaying', link, key: 'cd'.repeat(32) },
  withdrawn: { event: 'withdrawn', link, key: 'cd'.repeat(32) },
  'child-joined': { event: 'child-joined', id: 'a1b2c3d4', via: 'punched', link },
  'child-left': { event: 'child-left', id: 'a1b2c3d4', reason: 'moved', link },
  stats: {
    event: 'stats',
    children: 3,
    hops: 1,
    inBps: 133_000,
    bps: 420_000,
    limitBps: 2_000_000,
    leaf: null,
    link,
  },
  'relay-ready': { event: 'relay-ready', key: 'cd'.repeat(32) },
  'relay-closed': { event: 'relay-closed', key: 'cd'.repeat(32) },
  'station-joined': { event: 'station-joined', link },
  'station-left': { event: 'station-left', link },
  stations: { event: 'stations', stations: 3, added: 1, removed: 0 },
  error: { event: 'error', code: 'IMPOSTOR', message: 'It is not the station.', link },
  ended: { event: 'ended', reason: 'stopped', bytesSent: 318_247, link },
}

export const dhtEvents: OneOfEach<DhtEvent> = {
  'dht-ready': { event: 'dht-ready', bootstrap: '127.0.0.1:49737', nodes: 4 },
  ended: { event: 'ended', reason: 'stopped' },
}

export const uiEvents: OneOfEach<UiEvent> = {
  'ui-engine': { event: 'ui-engine', state: 'started', pid: 4711 },
  'ui-ready': { event: 'ui-ready', url: 'http://127.0.0.1:7327/#token=abc' },
  ended: { event: 'ended', reason: 'stopped' },
}

export const demoEvents: OneOfEach<DemoEvent> = {
  phase: { event: 'phase', phase: 'playing', leg: 'swarm' },
  result: { event: 'result', legs: [legResult, silentLeg] },
}

export const stationEvents: OneOfEach<StationCommandEvent> = {
  'station-info': {
    event: 'station-info',
    name: 'jazz',
    link: 'pearcast://abc',
    key: '00ff',
    lastOnAirS: 1_800_000_000,
    file: '/home/me/.config/pearcast/stations/jazz.json',
  },
  'station-changed': { event: 'station-changed', action: 'removed', name: 'jazz', link: null },
}

export const favouritesEvents: Record<FavouritesEvent['event'], FavouritesEvent> = {
  favourite: { event: 'favourite', name: 'jazz', link: 'pearcast://abc' },
  'favourite-removed': { event: 'favourite-removed', name: 'jazz', link: 'pearcast://abc' },
}

export const doctorEvents: OneOfEach<DoctorEvent> = {
  check: { event: 'check', name: 'udp', status: 'failed', text: 'No answer over UDP.', code: 'NO_UDP' },
  diagnosis: {
    event: 'diagnosis',
    ms: 5200,
    verdict: 'limited',
    nat: {
      class: 'random',
      mapping: 'address-and-port-dependent',
      firewalled: true,
      publicAddress: '203.0.114.1:0',
      portPreserved: false,
      portStable: true,
    },
    ipv6: 'none',
    clockStepMs: 0,
    openFilesLimit: 1024,
    paths: { open: 'direct', consistent: 'birthday', random: 'none' },
  },
}

export const devicesEvents: OneOfEach<DevicesEvent> = {
  devices: {
    event: 'devices',
    system: 'pulse',
    inputs: [{ id: 'usb', name: 'USB Microphone', isDefault: true }],
    outputs: [],
  },
}

export const timeSamples: OneOfEach<TimeEvent> = {
  resumed: { event: 'resumed', pausedMs: 12_000 },
  'clock-set': { event: 'clock-set', byMs: -3_600_000 },
}
