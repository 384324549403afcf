import { type KeyPair, type RoutedEnvelope, signEnvelope } from '@pearcast/protocol'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { sodium } from '../test-kit.ts'
import { EnvelopeRouter } from './envelope-router.ts'
import { createFakeLink, type FakeLink, randomKeyPair } from './test-links.ts'

const stationKeys = randomKeyPair()
const guestKeys = [randomKeyPair(), randomKeyPair()]
const stranger = randomKeyPair()

let nowMs: number
let router: EnvelopeRouter
let station: FakeLink
let guests: FakeLink[]
beforeEach(() => {
  nowMs = 1_795_000_000_000
  router = new EnvelopeRouter(() => nowMs)
  station = createFakeLink(stationKeys.publicKey)
  guests = guestKeys.map(({ publicKey }) => createFakeLink(publicKey))
  router.setStation(station)
  for (const guest of guests) router.addGuest(guest)
})

function envelope(from: KeyPair, to: KeyPair, bytes = 200): RoutedEnvelope {
  return signEnvelope(sodium, from, { to: to.publicKey, sentMs: nowMs, payload: new Uint8Array(bytes) })
}

const [first, second] = guestKeys
if (first === undefined || second === undefined) throw new Error('two guests')

describe('a helper passes on', () => {
  test('what a guest writes to the station, and the station to that guest, as it came', () => {
    const there = envelope(first, stationKeys)
    const back = envelope(stationKeys, first)
    guests[0]?.onRouted?.(there)
    station.onRouted?.(back)
    expect(station.sent).toEqual([there])
    expect(guests[0]?.sent).toEqual([back])
    expect(guests[1]?.sent).toEqual([])
    expect(router.stats).toEqual({ forwarded: 2, forged: 0, unknown: 0, tooMany: 0 })
  })

  test('nothing in the name of somebody else', () => {
    guests[0]?.onRouted?.(envelope(second, stationKeys))
    guests[0]?.onRouted?.(envelope(stationKeys, first))
    station.onRouted?.(envelope(first, second))
    expect(router.stats).toMatchObject({ forwarded: 0, forged: 3 })
  })

  test('nothing to strangers, between guests, back, or to itself', () => {
    guests[0]?.onRouted?.(envelope(first, stranger))
    guests[0]?.onRouted?.(envelope(first, second))
    guests[0]?.onRouted?.(envelope(first, first))
    station.onRouted?.(envelope(stationKeys, stationKeys))
    station.onRouted?.(envelope(stationKeys, stranger))
    expect(router.stats).toMatchObject({ forwarded: 0, unknown: 5 })
  })

  test('nothing to or for those who have left', () => {
    const [guest] = guests
    if (guest === undefined) throw new Error('a guest')
    guest.isOpen = false
    station.onRouted?.(envelope(stationKeys, first))
    router.removeGuest(guest)
    expect(guest.onRouted).toBeUndefined()
    expect(router.route(guest, envelope(first, stationKeys))).toBe(false)
    station.isOpen = false
    guests[1]?.onRouted?.(envelope(second, stationKeys))
    router.setStation(undefined)
    expect(station.onRouted).toBeUndefined()
    expect(router.stats).toMatchObject({ forwarded: 0, unknown: 3 })
    expect(router.guests).toBe(1)
  })
})

describe('a flood', () => {
  test('of one guest costs the station a bounded rate, and leaves others their share', () => {
    const flood = envelope(first, stationKeys)
    for (let i = 0; i < 1000; i++) guests[0]?.onRouted?.(flood)
    const burst = station.sent.length
    expect(burst).toBeLessThanOrEqual(60)
    guests[1]?.onRouted?.(envelope(second, stationKeys))
    expect(station.sent.at(-1)?.from).toEqual(second.publicKey)
    for (let s = 0; s < 60; s++) {
      nowMs += 1000
      for (let i = 0; i < 100; i++) guests[0]?.onRouted?.(flood)
    }
    expect(station.sent.length - burst).toBeLessThanOrEqual(1 + 60 * 10)
    expect(router.stats.tooMany).toBeGreaterThan(5000)
  })

  test('of large envelopes is bounded by their bytes', () => {
    for (let i = 0; i < 100; i++) guests[0]?.onRouted?.(envelope(first, stationKeys, 16_000))
    expect(station.sent.length).toBeLessThanOrEqual(3)
  })

  test('of many guests stays below what the link to the station takes', () => {
    const crowd = Array.from({ length: 32 }, () => randomKeyPair())
    const links = crowd.map(({ publicKey }) => createFakeLink(publicKey))
    for (const link of links) router.addGuest(link)
    for (let i = 0; i < 50; i++) {
      links.forEach((link, at) => link.onRouted?.(envelope(crowd[at] ?? stranger, stationKeys)))
    }
    // A control channel takes 200 messages at once and 128 KiB.
    expect(station.sent.length).toBeLessThanOrEqual(120)
  })
})

test('whatever comes, each envelope goes to the key it names or nowhere, and once', () => {
  const everybody = [stationKeys, ...guestKeys, stranger]
  const any = fc.constantFrom(...everybody)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), any, any), { maxLength: 40 }), (sendings) => {
      const links = [stationKeys, ...guestKeys].map(({ publicKey }) => createFakeLink(publicKey))
      const fresh = new EnvelopeRouter(() => nowMs)
      fresh.setStation(links[0])
      for (const guest of links.slice(1)) fresh.addGuest(guest)
      for (const [source, from, to] of sendings) links[source]?.onRouted?.(envelope(from, to, 1))
      for (const link of links) {
        for (const { from, to } of link.sent) {
          expect(to).toEqual(link.remoteKey)
          const ends = [from, to].filter((key) => key === stationKeys.publicKey)
          expect(ends).toHaveLength(1)
        }
      }
      const { forged, forwarded, tooMany, unknown } = fresh.stats
      expect(links.reduce((sum, { sent }) => sum + sent.length, 0)).toBe(forwarded)
      expect(forwarded + forged + unknown + tooMany).toBe(sendings.length)
    }),
    { numRuns: 50 },
  )
})
