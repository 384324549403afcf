import { expect, test } from 'vitest'
import type { BroadcastEvent, BroadcastStats } from '@pearcast/station'
import { plain } from '../testing/screen.ts'
import { BroadcastView } from './broadcast-view.ts'
import type { InputEvent } from './input-event.ts'

function told(view: BroadcastView, event: BroadcastEvent | InputEvent, nowMs = 0): string {
  return view
    .apply(event, nowMs)
    .map(({ text }) => text)
    .join('\n')
}

const joined = (id: string): BroadcastEvent => ({ event: 'listener-joined', id, path: 'swarm', via: 'lan' })
const stats = (bytesSent: number): BroadcastStats => ({
  event: 'stats',
  listeners: 1,
  framesSent: 50,
  bytesSent,
  cpuMs: 10,
  rssKiB: 60_000,
  level: null,
  uplinkBps: null,
})

test('on air, the link and the command to listen are there to copy', () => {
  const view = new BroadcastView(plain)
  const text = told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  expect(text).toContain('On air. Anyone with this link can listen:\n\n  pearcast://abc\n')
  expect(text).toContain('pearcast listen pearcast://abc')
})

test('on a DHT of its own, the command to listen names it', () => {
  const view = new BroadcastView(plain, { before: 'npx pearcast', after: ' --bootstrap 127.0.0.1:1' })
  const text = told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  expect(text).toContain('Listen with:  npx pearcast listen pearcast://abc --bootstrap 127.0.0.1:1')
})

test('the status line says since when, to whom and how much', () => {
  const view = new BroadcastView(plain)
  expect(view.statusLine(0)).toBe('going on air …')
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' }, 1_000)
  expect(view.statusLine(1_000)).toBe('on air 0:00 · no listeners')
  told(view, joined('a1b2c3d4'), 2_000)
  told(view, stats(10_000), 3_000)
  told(view, stats(22_000), 4_000)
  expect(view.statusLine(66_000)).toBe(
    'on air 1:05 · 1 listener (a1b2c3d4 swarm, same network) · 96 kbit/s sent',
  )
  told(view, { ...stats(34_000), uplinkBps: 2_000_000 }, 5_000)
  expect(view.statusLine(66_000)).toMatch(/96 kbit\/s sent of about 2000$/)
})

test('a terminal shows the level as bars, and how each listener is reached', () => {
  const view = new BroadcastView(plain)
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  told(view, joined('a1b2c3d4'))
  told(view, { ...stats(1), level: { peakDb: [0, -30], rmsDb: [-18, -50] } })
  expect(view.statusBlock(0)).toEqual([
    'on air 0:00 · 1 listener (1 swarm) · level 0 / -30 dB',
    `  ${'▮'.repeat(24)}  ${'▮'.repeat(12)}${'▯'.repeat(12)}`,
    '  a1b2c3d4  swarm, same network',
  ])
  for (const id of ['b', 'c', 'd', 'e', 'f']) told(view, joined(id))
  expect(view.statusBlock(0)).toHaveLength(2)
})

test('many listeners are counted by path', () => {
  const view = new BroadcastView(plain)
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  for (const id of ['a', 'b', 'c', 'd', 'e']) told(view, joined(id))
  told(view, { event: 'listener-path', id: 'b', from: 'swarm', path: 'webrtc', via: 'webrtc' })
  told(view, { event: 'listener-left', id: 'c', reason: 'leaving' })
  expect(view.statusLine(0)).toBe('on air 0:00 · 4 listeners (3 swarm, 1 webrtc)')
})

test('who comes, switches and goes has a line', () => {
  const view = new BroadcastView(plain)
  expect(told(view, joined('a1'))).toBe('+ a1 listens (swarm, same network); 1 listener')
  expect(told(view, { event: 'listener-path', id: 'a1', from: 'swarm', path: 'webrtc', via: 'webrtc' })).toBe(
    '~ a1 now hears it over WebRTC, direct',
  )
  expect(told(view, { event: 'listener-left', id: 'a1', reason: 'leav\u001bing' })).toBe(
    '- a1 left (leav ing); 0 listeners',
  )
})

test('a source that stalls is said in the status as well, and so is its return', () => {
  const view = new BroadcastView(plain)
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  told(view, { event: 'source', state: 'live' })
  expect(told(view, { event: 'source', state: 'stalled' })).toContain('listeners hear silence')
  expect(view.statusLine(0)).toContain('stalled 0:00')
  expect(told(view, { event: 'source', state: 'live' })).toBe('The source is back.')
  expect(view.statusLine(0)).toContain('on air 0:00')
})

test('the level of both channels is in the status, their peaks in dB', () => {
  const view = new BroadcastView(plain)
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  told(view, { ...stats(1), level: { peakDb: [-3.2, -40], rmsDb: [-18, -50] } })
  expect(view.statusLine(0)).toContain('level -3 / -40 dB')
})

test('silence is told with what may be its cause, and so is its end', () => {
  const view = new BroadcastView(plain)
  expect(told(view, { event: 'silence', state: 'begins', ms: 10_000 })).toMatch(
    /silent for 10 s: is it muted/,
  )
  expect(told(view, { event: 'silence', state: 'ends', ms: 65_000 })).toMatch(/heard again, after 65 s/)
})

test('each entry of a playlist has a line, and one that is skipped says why', () => {
  const view = new BroadcastView(plain)
  expect(told(view, { event: 'track', name: 'a/1.flac', title: 'Dawn', durationS: 65 })).toBe(
    'Now: Dawn (1:05)',
  )
  expect(told(view, { event: 'track', name: 'a/1.flac', title: null, durationS: null })).toBe('Now: a/1.flac')
  const skipped = { event: 'skipped', name: 'b', code: 'FILE_EMPTY', message: '"b" is empty' } as const
  expect(view.apply(skipped, 0)).toEqual([{ level: 'warn', text: 'Skipped: "b" is empty' }])
  const lost = { event: 'input-lost', code: 'NO_AUDIO_INPUT', message: 'unplugged' } as const
  expect(view.apply(lost, 0)).toEqual([{ level: 'warn', text: 'unplugged; trying again.' }])
})

test('waiting for the first sound is no stall', () => {
  const view = new BroadcastView(plain)
  told(view, { event: 'on-air', link: 'pearcast://abc', key: '00' })
  const lines = view.apply({ event: 'source', state: 'stalled' }, 0)
  expect(lines).toEqual([{ level: 'info', text: 'Waiting for the first sound of the source.' }])
  expect(view.statusLine(0)).toContain('on air 0:00')
})

test('the end says why and how long', () => {
  const view = new BroadcastView(plain)
  expect(told(view, { event: 'ended', reason: 'source-ended', framesSent: 1500, durationMs: 30_000 })).toBe(
    'Off air (source-ended) after 0:30; 1500 frames sent.',
  )
})

test('a relay that carries the station is told, and once why it does not', () => {
  const view = new BroadcastView(plain)
  const key = 'ab'.repeat(32)
  const lost = {
    event: 'via',
    key,
    state: 'lost',
    code: 'TIMEOUT',
    message: 'no answer within 15 s',
  } as const
  expect(told(view, lost)).toBe(
    'The relay abababab does not carry the station now (no answer within 15 s); trying again.',
  )
  expect(told(view, lost)).toBe('')
  expect(told(view, { event: 'via', key, state: 'connected' })).toBe(
    'The relay abababab carries the station.',
  )
  expect(told(view, lost)).not.toBe('')
})
