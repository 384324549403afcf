import type { Path, Via } from '@pearcast/protocol'

/** How the audio comes, in words: "WebRTC, direct", "2 relays". */
export function route(path: Path, via: Via, relays = 1): string {
  if (path === 'relayed') return relays > 1 ? `${relays} relays` : PATH_WORDS.relayed
  return `${PATH_WORDS[path]}, ${VIA_WORDS[via]}`
}

/** The same within a sentence: "over WebRTC, direct", "through 2 relays". */
export function overRoute(path: Path, via: Via, relays?: number): string {
  return `${path === 'relayed' ? 'through' : 'over'} ${route(path, via, relays)}`
}

export const PATH_WORDS: Readonly<Record<Path, string>> = {
  swarm: 'swarm',
  webrtc: 'WebRTC',
  relayed: 'a relay',
}

export const VIA_WORDS: Readonly<Record<Via, string>> = {
  lan: 'same network',
  public: 'direct',
  punched: 'direct, hole punched',
  birthday: 'direct, hole punched with luck',
  webrtc: 'direct',
  relay: 'through a relay',
}
