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

/** @param afterMs since the start; undefined when it is not the first time */
export function connectedText(via: Via, afterMs: number | undefined): string {
  return afterMs === undefined
    ? `Connected again (${VIA_WORDS[via]}).`
    : `Connected after ${afterMs} ms (${VIA_WORDS[via]}).`
}

/** Why a peer that passed the station on was left, without calling a bad line a liar. */
export function distrustText(reason: string): string {
  switch (reason) {
    case 'forged':
      return "A peer sent what is not the station's, and was left; nothing of it was played."
    case 'flood':
      return 'A peer sent far more than the station does, and was left.'
    default:
      return 'A peer did not pass on all that it said it had, and was left for another one; its line may be bad.'
  }
}

export const VIA_WORDS: Readonly<Record<Via, string>> = {
  lan: 'same network',
  public: 'direct',
  punched: 'direct, hole punched',
  birthday: 'direct, hole punched with luck',
  webrtc: 'direct',
  relay: 'through a relay',
}
