import { randomBytes } from 'node:crypto'
import { LIMITS, type Announcement, type Frame } from '@pearcast/protocol'
import type { PeerLink } from '@pearcast/swarm'
import type { BroadcastSession } from '../broadcaster/session.ts'
import { nowUs } from '../clock.ts'
import { beat, forged, sourceBeat, type Behaviour } from './cheat.ts'

/** One way to cheat those below. */
export interface Cheat {
  name: string
  /** @param older a run of the station before the one on air, of which a relay may have kept everything */
  behaviour: (older: BroadcastSession) => Behaviour
  /** What it does once, besides. */
  once?: (child: PeerLink, older: BroadcastSession) => void
}

export interface Guilty extends Cheat {
  /** What it is called; undefined: it is left without blame. */
  reason: string | undefined
  /** Its listener serves somebody, who must not get what it was sent. */
  hasGrandchild?: true
}

/** A parent that does this is left. */
export const GUILTY: readonly Guilty[] = [
  {
    name: 'forges one frame of twenty',
    behaviour: () => ({ frame: (frame) => [frame.seq % 20 === 0 ? forged(frame) : frame] }),
    reason: 'forged',
    hasGrandchild: true,
  },
  {
    name: 'sends forged copies of what it has sent',
    behaviour: () => ({ frame: (frame) => [frame, forged(frame)] }),
    reason: 'forged',
    hasGrandchild: true,
  },
  {
    name: 'mixes in frames of an older run of the station',
    behaviour: (older) => ({ frame: (frame) => [frame, signedBy(older, frame)] }),
    reason: 'forged',
    hasGrandchild: true,
  },
  {
    name: 'forges what the source says of its silence',
    behaviour: (older) => ({ frame: (frame) => [frame, sourceBeat(heartbeatOf(older, frame))] }),
    reason: 'forged',
  },
  {
    name: 'forges what the station says of itself',
    behaviour: () => ({}),
    once: (child, older) => {
      const announcement = announcementOf(older)
      child.send({ ...announcement, about: { ...announcement.about, title: 'Somebody else' } })
    },
    reason: 'forged',
  },
  {
    name: 'tells of frames and sends none',
    behaviour: () => ({ frame: ({ seq }) => [beat(seq)] }),
    reason: 'withheld',
  },
  {
    name: 'sends half of the frames, and none of them again',
    behaviour: () => ({ frame: (frame) => (frame.seq % 2 === 0 ? [frame] : []) }),
    reason: 'withheld',
  },
  {
    name: 'behaves as if the source were silent',
    behaviour: () => {
      let frozen: number | undefined
      return { frame: ({ seq }) => [beat((frozen ??= seq))] }
    },
    reason: 'withheld',
  },
  {
    name: 'sends the same frame again and again',
    behaviour: () => {
      let last: Frame | undefined
      return { frame: (frame) => [(last ??= frame)] }
    },
    reason: 'withheld',
  },
  {
    name: 'sends each frame sixty times',
    behaviour: () => ({ frame: (frame) => new Array<Frame>(60).fill(frame) }),
    reason: 'flood',
  },
  {
    name: 'sends datagrams that mean nothing',
    behaviour: () => ({ frame: (frame) => [frame, ...Array.from({ length: 60 }, () => randomBytes(40))] }),
    reason: 'flood',
  },
  {
    name: 'sends messages without end',
    behaviour: () => ({}),
    once: (child) => {
      for (let id = 1; id <= 2000; id++) child.send({ type: 'pong', id, t0Us: 0, t1Us: 0 })
    },
    reason: 'flood',
  },
  {
    name: 'says that it is the broadcaster',
    behaviour: () => ({
      message: (message) => [message.type === 'ancestors' ? { ...message, keys: [] } : message],
    }),
    reason: 'lied-depth',
  },
  {
    name: 'says that its frames came straight from the broadcaster',
    behaviour: () => ({ frame: (frame) => [{ ...frame, hops: 0 }] }),
    reason: 'lied-depth',
  },
  { name: 'holds everything back for five seconds', behaviour: () => ({ delayMs: 5000 }), reason: undefined },
  { name: 'falls silent', behaviour: () => ({ frame: () => [] }), reason: undefined },
  {
    name: 'says that the station has gone off air',
    behaviour: () => ({}),
    once: (child) => void child.close('off-air'),
    reason: undefined,
  },
]

/** This is neither believed, nor can it be told from an honest parent with a bad line. */
export const HARMLESS: readonly Cheat[] = [
  {
    name: 'sends its frames in the wrong order',
    behaviour: () => {
      const held: Frame[] = []
      return { frame: (frame) => (held.push(frame) < 4 ? [] : held.splice(0).toReversed()) }
    },
  },
  {
    name: 'holds its frames back for 100 ms',
    behaviour: () => ({ delayMs: 100 }),
  },
  {
    name: 'announces an older run of the station',
    behaviour: () => ({}),
    once: (child, older) => child.send(announcementOf(older)),
  },
  {
    name: 'names three hundred peers that do not exist',
    behaviour: () => ({}),
    once: (child) => {
      for (let i = 0; i < 20; i++) child.send({ type: 'parents', channel: 1, parents: nobodies() })
    },
  },
  {
    name: 'tells the wrong time, and of places and beginnings that are none',
    behaviour: () => ({
      message: (message) => [message.type === 'pong' ? { ...message, t0Us: nowUs() - 1, t1Us: 0 } : message],
    }),
    once: (child) => {
      const [headSeq, lifetimeMs] = [2 ** 48 - 1, LIMITS.maxReservationMs]
      child.send({ type: 'accepted', channel: 1, headSeq })
      child.send({ type: 'reserved', channel: 1, lifetimeMs, bytesPerS: 0, freeSlots: 65_535 })
    },
  },
]

/** Everything is genuine, and of another day. */
export function yesterday(older: BroadcastSession): Behaviour {
  return {
    frame: (frame) => [signedBy(older, frame)],
    message: (message) => [message.type === 'announcement' ? announcementOf(older) : message],
  }
}

function signedBy(older: BroadcastSession, { hops, seq, ts48k, payload }: Frame): Frame {
  return {
    ...older.signer.sign({ seq, ts48k, kid: 0, flags: 0, captureUs: nowUs(), payload }),
    hops,
  }
}

function heartbeatOf(older: BroadcastSession, { seq, ts48k }: Frame): Uint8Array {
  return older.signHeartbeat({ headSeq: seq, ts48k, wallclockUs: nowUs(), state: 'ended' })
}

/** Genuine, and of another day. */
export function announcementOf(older: BroadcastSession): Announcement {
  const announcement = older.announce({
    bitrate: 96_000,
    frameSamples: 960,
    channels: 2,
    title: 'Yesterday',
    description: '',
    nowPlaying: '',
  })
  if (announcement === undefined) throw new Error('a run that is certified can announce')
  return announcement
}

function nobodies(): { key: Uint8Array; depth: number; freeSlots: number; rttMs: number }[] {
  return Array.from({ length: LIMITS.maxParents }, () => {
    return { key: randomBytes(32), depth: 0, freeSlots: 1000, rttMs: 1 }
  })
}
