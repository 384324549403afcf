import { expect, test } from 'vitest'
import type { ListenEvent, ListenFigures } from '@pearcast/station'
import { plain } from '../testing/screen.ts'
import { ListenView } from './listen-view.ts'

function told(view: ListenView, event: ListenEvent, nowMs = 0): string {
  return view
    .apply(event, nowMs)
    .map(({ text }) => text)
    .join('\n')
}

const figures: ListenFigures = {
  framesPlayed: 600,
  framesLost: 0,
  framesConcealed: 0,
  framesDuplicate: 0,
  framesByPath: { swarm: 20, webrtc: 580, relayed: 0 },
  interruptions: 0,
  latencyMs: { p50: 45.6, p95: 52.2 },
  path: 'webrtc',
  via: 'webrtc',
}
const stats = (changed: Partial<ListenFigures> = {}): Extract<ListenEvent, { event: 'stats' }> => ({
  event: 'stats',
  bufferMs: 41,
  targetMs: 40,
  framesRepaired: 0,
  hops: 0,
  relaying: null,
  ...figures,
  ...changed,
})
const firstAudio: ListenEvent = { event: 'first-audio', ms: 312, path: 'webrtc', via: 'webrtc' }

test('the state is said in words, from the search to the sound', () => {
  const view = new ListenView(plain)
  expect(told(view, { event: 'searching' })).toBe('Searching for the station …')
  expect(view.statusLine(0)).toBe('searching for the station …')
  expect(told(view, { event: 'connected', ms: 120, via: 'lan' })).toBe(
    'Connected after 120 ms (same network).',
  )
  expect(view.statusLine(0)).toBe('connected, waiting for the first sound …')
  expect(told(view, firstAudio, 1_000)).toBe('Playing over WebRTC, direct; first sound after 312 ms.')
  told(view, stats(), 2_000)
  expect(view.statusLine(13_000)).toBe('playing 0:12 over WebRTC, direct · 46 ms behind · buffer 41 ms')
})

test('a known duration is shown with the progress', () => {
  const view = new ListenView(plain, 10)
  told(view, firstAudio, 1_000)
  expect(view.statusLine(4_000)).toBe('playing 0:03 of 0:10 over WebRTC, direct')
})

test('relays in between, and what is passed on, are said', () => {
  const view = new ListenView(plain)
  const relayed = { path: 'relayed', via: 'relay' } as const
  expect(told(view, { ...firstAudio, ...relayed }, 0)).toBe(
    'Playing through a relay; first sound after 312 ms.',
  )
  told(view, { ...stats(relayed), hops: 2 }, 1000)
  expect(view.statusLine(2000)).toBe('playing 0:02 through 2 relays · 46 ms behind · buffer 41 ms')
  expect(told(view, { event: 'child-joined', id: 'a', via: 'punched' })).toMatch(
    /^Passing it on to others now/,
  )
  expect(told(view, { event: 'child-joined', id: 'b', via: 'punched' })).toBe('')
  const relaying = { children: 2, bps: 320_000, limitBps: 2_000_000 }
  told(view, { ...stats(relayed), hops: 1, relaying }, 3000)
  expect(view.statusLine(3000)).toBe(
    'playing 0:03 through a relay · 46 ms behind · buffer 41 ms · passed on to 2 listeners, 320 kbit/s of 2 Mbit/s',
  )
  expect(told(view, { event: 'child-left', id: 'a', reason: 'left' })).toBe('')
  expect(told(view, { event: 'child-left', id: 'b', reason: 'left' })).toBe(
    'Nobody gets it from here any more.',
  )
  const back: ListenEvent = { event: 'path', from: 'relayed', to: 'webrtc', via: 'webrtc', ms: 4000 }
  expect(told(view, back)).toBe('Switched from a relay to WebRTC, direct.')
})

test('what was missing is shown', () => {
  const view = new ListenView(plain)
  told(view, firstAudio)
  expect(told(view, { event: 'gap', ms: 60, concealed: 3 })).toBe(
    'A gap of 60 ms, 3 frames concealed; 1 gap so far.',
  )
  told(view, { ...stats({ framesLost: 2, framesConcealed: 3 }), framesRepaired: 7 })
  expect(view.statusLine(0)).toContain('2 lost, 7 repaired, 3 concealed, 1 gap')
})

test('a burst of gaps is one line every five seconds', () => {
  const view = new ListenView(plain)
  const gap: ListenEvent = { event: 'gap', ms: 20, concealed: 1 }
  const lines = [0, 100, 4_999, 5_000].map((nowMs) => told(view, gap, nowMs))
  expect(lines.map((line) => line !== '')).toEqual([true, false, false, true])
  expect(lines[3]).toContain('4 gaps so far')
})

test('a reconnection ends when frames play again', () => {
  const view = new ListenView(plain)
  told(view, firstAudio)
  told(view, stats({ framesPlayed: 100 }))
  expect(told(view, { event: 'reconnecting', attempt: 2 })).toBe(
    'The connection is lost; reconnecting (attempt 2).',
  )
  told(view, stats({ framesPlayed: 100 }))
  expect(view.statusLine(0)).toBe('reconnecting …')
  told(view, stats({ framesPlayed: 110 }))
  expect(view.statusLine(0)).toContain('playing')
})

test('a station that was never met is waited for, not said to come back', () => {
  const view = new ListenView(plain)
  expect(told(view, { event: 'off-air' })).toBe('The station is not on air. Waiting for it to come on air …')
  expect(view.statusLine(0)).toBe('not on air; waiting for the station to come on air …')
})

test('off air is waiting, not an error', () => {
  const view = new ListenView(plain)
  told(view, { event: 'connected', ms: 120, via: 'lan' })
  expect(told(view, { event: 'off-air' })).toBe('The station is off air. Waiting for it to come back …')
  expect(told(view, { event: 'reconnecting', attempt: 1 })).toBe('')
  expect(view.statusLine(0)).toContain('waiting for the station to come back')
  told(view, stats({ framesPlayed: 50 }))
  expect(view.statusLine(0)).toContain('playing')
})

test('the end sums it up', () => {
  const view = new ListenView(plain)
  told(view, firstAudio, 0)
  const ended: ListenEvent = { event: 'ended', framesSent: 600, relayHops: 0, reason: 'duration', ...figures }
  expect(told(view, ended, 12_000)).toBe(
    'Ended (duration) after 0:12: 600 of 600 frames played, 0 lost, 0 concealed, 46 ms behind (p95 52).',
  )
})

test('an end without a sound says so', () => {
  const nothing = { ...figures, framesPlayed: 0, path: null, via: null }
  expect(
    told(new ListenView(plain), {
      event: 'ended',
      framesSent: 0,
      relayHops: 0,
      reason: 'stopped',
      ...nothing,
    }),
  ).toBe('Ended (stopped); nothing was heard.')
})
