import { expect, test } from 'vitest'
import { relayEvents } from '../testing/samples.ts'
import { plain } from '../testing/screen.ts'
import type { RelayCommandEvent } from './relay-event.ts'
import { RelayView } from './relay-view.ts'

const JAZZ = 'pearcast://jazzjazzjazz'
const NEWS = 'pearcast://newsnewsnews'

function told(view: RelayView, event: RelayCommandEvent, nowMs = 0): string {
  return view
    .apply(event, nowMs)
    .map(({ text }) => text)
    .join('\n')
}

type Of<K> = Extract<RelayCommandEvent, { event: K }>
const title = (link: string, text: string): Of<'station'> => ({ ...relayEvents.station, title: text, link })
const fed = (link: string, hops = 0): Of<'parent'> => ({ ...relayEvents.parent, hops, link })
const stats = (link: string, changed: Partial<Of<'stats'>> = {}): Of<'stats'> => ({
  ...relayEvents.stats,
  hops: 0,
  link,
  ...changed,
})

test('one station is told in words, from the search to the listeners', () => {
  const view = new RelayView(plain, 0)
  expect(view.statusBlock(0)).toEqual(['starting …'])
  expect(told(view, { event: 'searching', link: JAZZ })).toBe('Searching for the station …')
  expect(view.statusBlock(0)).toEqual(['searching for pearcast://jazzjazz… …'])
  expect(told(view, title(JAZZ, 'Jazz'))).toBe('This is “Jazz”.')
  expect(told(view, title(JAZZ, 'Jazz'))).toBe('')
  expect(told(view, fed(JAZZ), 1000)).toBe('It comes straight from the station.')
  expect(view.statusBlock(3000)).toEqual([
    'carrying “Jazz” 0:02',
    '  nobody can find this relay yet: it is being announced',
  ])
  expect(told(view, { ...relayEvents.relaying, link: JAZZ })).toBe('Others can get it from here now.')
  told(view, stats(JAZZ, { children: 0, bps: 0 }), 4000)
  expect(view.statusBlock(4000)).toEqual([
    'carrying “Jazz” 0:03 · 0 listeners · straight from the station',
    '  0 kbit/s out of 2 Mbit/s · 133 kbit/s in',
    '  nobody has asked for it yet',
  ])
  expect(told(view, { ...relayEvents['child-joined'], link: JAZZ })).toBe(
    '+ a1b2c3d4 gets it from here (direct, hole punched); 1 listener',
  )
  told(view, stats(JAZZ, { children: 1, hops: 1 }), 5000)
  expect(view.statusBlock(5000)).toEqual([
    'carrying “Jazz” 0:04 · 1 listener · through 1 other relay',
    '  420 kbit/s out of 2 Mbit/s · 133 kbit/s in',
  ])
  expect(view.statusLine(5000)).toBe(
    'carrying “Jazz” 0:04 · 1 listener · through 1 other relay · 420 kbit/s out of 2 Mbit/s · 133 kbit/s in',
  )
  expect(told(view, { ...relayEvents.ended, link: JAZZ })).toBe(
    '“Jazz” is no longer carried (stopped); 0.3 MB passed on.',
  )
  expect(view.statusBlock(6000)).toEqual(['carrying no station'])
})

test.each([
  ['unreachable', /others cannot reach this computer/],
  ['no-uplink', /--uplink is too little for a listener/],
  ['metered', /metered/],
  ['asked', /switched off/],
] as const)('why nobody is served is said: %s', (leaf, words) => {
  const view = new RelayView(plain, 0)
  told(view, fed(JAZZ))
  told(view, stats(JAZZ, { children: 0, leaf }))
  expect(view.statusBlock(0)[2]).toMatch(words)
})

test('who sends it is lost, is another one, and the station leaves the air', () => {
  const view = new RelayView(plain, 0)
  told(view, title(JAZZ, 'Jazz'))
  told(view, fed(JAZZ))
  expect(told(view, { ...fed(JAZZ), key: null, hops: 0 })).toMatch(/^Nobody sends it any more/)
  expect(view.statusLine(0)).toBe('looking for somebody who sends “Jazz” …')
  expect(told(view, fed(JAZZ, 2))).toBe('It comes through 2 other relays.')
  expect(told(view, { event: 'off-air', link: JAZZ })).toBe('The station is not on air. Waiting for it …')
  expect(view.statusLine(0)).toBe('“Jazz” is not on air; waiting for it …')
})

test('several stations have a sum and a line each, and each line its station', () => {
  const view = new RelayView(plain, 0)
  for (const [link, name] of [
    [JAZZ, 'Jazz'],
    [NEWS, 'News'],
  ] as const) {
    told(view, title(link, name))
    told(view, fed(link))
    told(view, stats(link))
  }
  expect(told(view, { ...relayEvents['child-left'], link: NEWS })).toBe(
    '[“News”] - a1b2c3d4 left (moved); 2 listeners',
  )
  expect(view.statusBlock(60_000)).toEqual([
    'carrying 2 of 2 stations 1:00 · 6 listeners · 840 kbit/s out of 4 Mbit/s · 266 kbit/s in',
    '  carrying “Jazz” · 3 listeners · 420 kbit/s out of 2 Mbit/s',
    '  carrying “News” · 2 listeners · 420 kbit/s out of 2 Mbit/s',
  ])
  expect(view.statusLine(60_000)).toBe(view.statusBlock(60_000)[0])
})

test('an open relay prints its key, and says who comes and goes', () => {
  const view = new RelayView(plain, 0)
  expect(told(view, relayEvents['relay-closed'])).toContain('the same key')
  expect(told(view, relayEvents['relay-ready'])).toContain(`pearcast broadcast … --via ${'cd'.repeat(32)}`)
  expect(view.statusBlock(0)).toEqual(['waiting for stations that name this relay'])
  expect(told(view, { event: 'station-joined', link: JAZZ })).toBe('A station has come to this relay.')
  told(view, title(JAZZ, 'Jazz'))
  told(view, fed(JAZZ))
  expect(view.statusLine(0)).toMatch(/^carrying “Jazz”/)
  expect(told(view, { event: 'station-left', link: JAZZ })).toBe('“Jazz” has left this relay.')
  expect(view.statusBlock(0)).toEqual(['waiting for stations that name this relay'])
})

test('a title cannot write to the terminal', () => {
  expect(told(new RelayView(plain, 0), title(JAZZ, '\u001b[2Jx'))).toBe('This is “[2Jx”.')
})
