import type { CarrierKind } from './carrier.ts'
import { openDgram, openRelay, openSwarm, openUdx, openWebrtc } from './ours.ts'
import { openCoturn, openIcecast, openJanus } from './servers.ts'

const ANY = Number.POSITIVE_INFINITY

/** What `fanout` can measure. */
export const CARRIERS: readonly CarrierKind[] = [
  { name: 'dgram', most: ANY, needs: [], open: openDgram },
  { name: 'udx', most: ANY, needs: [], open: () => openUdx('udx') },
  { name: 'sealed', most: ANY, needs: [], open: () => openUdx('sealed') },
  { name: 'swarm', most: ANY, needs: [], open: openSwarm },
  // The core of a thousand receivers has none left for the station: after each stop of a turn hundreds of links time out.
  { name: 'relay', most: 300, needs: [], open: openRelay },
  { name: 'webrtc-ndc', most: 300, needs: [], open: () => openWebrtc('ndc') },
  { name: 'webrtc-werift', most: 100, needs: [], open: () => openWebrtc('werift') },
  { name: 'icecast', most: ANY, needs: ['icecast2', 'ffmpeg'], open: openIcecast },
  { name: 'janus', most: 300, needs: ['janus'], open: openJanus },
  { name: 'coturn', most: ANY, needs: ['turnserver'], open: openCoturn },
]
