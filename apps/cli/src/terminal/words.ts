import type { Path, Via } from '@pearcast/protocol'

/** How the audio comes, in words: "WebRTC, direct". */
export function route(path: Path, via: Via): string {
  return `${PATH_WORDS[path]}, ${VIA_WORDS[via]}`
}

export const PATH_WORDS: Readonly<Record<Path, string>> = {
  swarm: 'swarm',
  webrtc: 'WebRTC',
  relayed: 'other listeners',
}

export const VIA_WORDS: Readonly<Record<Via, string>> = {
  lan: 'same network',
  public: 'direct',
  punched: 'direct, hole punched',
  birthday: 'direct, hole punched with luck',
  webrtc: 'direct',
  relay: 'through a relay',
}
