import * as fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import {
  type ControlMessage,
  type Datagram,
  LIMITS,
  type RelayMessage,
  type Role,
  type SignalBody,
  toHex,
} from '../index.ts'
import { chainOf } from './fixtures.ts'

const U32 = 0xffff_ffff
const U48 = 0xffff_ffff_ffff

const u16 = fc.nat(0xffff)
export const u48: Arbitrary<number> = fc.oneof(
  fc.maxSafeNat().map((n) => n % (U48 + 1)),
  fc.constant(U48),
)
export const timeUs: Arbitrary<number> = fc.maxSafeNat()
export const channel: Arbitrary<number> = fc.nat(LIMITS.maxChannel)

export function bytesOf(length: number): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length })
}

/** Text for people that needs no cleaning. */
const line = fc.string({ unit: 'grapheme', maxLength: 30 })
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })

export const datagram: Arbitrary<Datagram> = fc.oneof(
  fc.record({
    type: fc.constant('frame' as const),
    channel,
    hops: fc.nat(LIMITS.maxHops),
    body: fc.uint8Array({ minLength: 1, maxLength: LIMITS.maxFrameBodyBytes }),
  }),
  fc.record({ type: fc.constant('source-heartbeat' as const), channel, body: bytesOf(85) }),
  fc.record({ type: fc.constant('hop-heartbeat' as const), channel, headSeq: u48 }),
  fc.record({
    type: fc.constant('nack' as const),
    channel,
    seqs: fc
      .uniqueArray(u48, { minLength: 1, maxLength: LIMITS.maxNackSeqs })
      .map((seqs) => seqs.toSorted((a, b) => a - b)),
  }),
  fc
    .record({
      type: fc.constant('report' as const),
      channel,
      headSeq: u48,
      expected: u16,
      received: u16,
      jitterMs: u16,
      delayMs: u16,
    })
    .map((report) => ({ ...report, received: Math.min(report.received, report.expected) })),
)

const signal: Arbitrary<SignalBody> = fc.oneof(
  fc.record({ kind: fc.constantFrom('offer' as const, 'answer' as const), sdp: text }),
  fc.record({ kind: fc.constant('candidate' as const), candidate: text, mid: fc.string({ maxLength: 16 }) }),
  fc.constant({ kind: 'end-of-candidates' as const }),
  fc.record({ kind: fc.constant('failed' as const), reason: line }),
)

/** The keys on a way are all different. */
const way = fc.uniqueArray(bytesOf(32), {
  maxLength: LIMITS.maxHops,
  comparator: (a, b) => toHex(a) === toHex(b),
})

const relayMessage: Arbitrary<RelayMessage> = fc.oneof(
  fc
    .record({
      type: fc.constant('reserve' as const),
      channel,
      standby: fc.boolean(),
      slots: fc.nat(LIMITS.maxRelaySlots),
      freeSlots: fc.nat(LIMITS.maxRelaySlots),
      key: fc.option(bytesOf(32), { nil: undefined }),
    })
    .map(({ key, ...reserve }) => ({
      ...reserve,
      freeSlots: Math.min(reserve.freeSlots, reserve.slots),
      ...(key && { key }),
    })),
  fc.record({
    type: fc.constant('reserved' as const),
    channel,
    lifetimeMs: fc.integer({ min: LIMITS.minReservationMs, max: LIMITS.maxReservationMs }),
    bytesPerS: fc.nat(U32),
    freeSlots: fc.nat(LIMITS.maxRelaySlots),
  }),
  fc.record({
    type: fc.constant('parents' as const),
    channel,
    parents: fc.array(
      fc.record({
        key: bytesOf(32),
        depth: fc.nat(LIMITS.maxHops),
        freeSlots: fc.nat(LIMITS.maxRelaySlots),
        rttMs: fc.nat(LIMITS.maxHintedRttMs),
      }),
      { maxLength: LIMITS.maxParents },
    ),
  }),
  fc.record({ type: fc.constant('ancestors' as const), channel, keys: way }),
  fc.record({
    type: fc.constant('ticket' as const),
    ticket: fc.record({
      stationKey: bytesOf(32),
      generation: fc.nat(U32),
      relayKey: bytesOf(32),
      notBeforeS: u48,
      notAfterS: u48,
      signature: bytesOf(64),
    }),
  }),
)

const role: Arbitrary<Role> = fc.constantFrom('broadcaster', 'listener', 'relay')
const u32 = fc.nat(U32)

const hello = fc
  .record({
    type: fc.constant('hello' as const),
    versionMin: fc.integer({ min: 1, max: 255 }),
    versionMax: fc.integer({ min: 1, max: 255 }),
    features: u32,
    role,
    maxDatagramBytes: fc.integer({
      min: LIMITS.minAnnouncedDatagramBytes,
      max: LIMITS.maxAnnouncedDatagramBytes,
    }),
  })
  .map(({ versionMin: a, versionMax: b, ...rest }) => ({
    ...rest,
    versionMin: Math.min(a, b),
    versionMax: Math.max(a, b),
  }))

export const controlMessage: Arbitrary<ControlMessage> = fc.oneof(
  { weight: 5, arbitrary: relayMessage },
  hello,
  fc.record({ type: fc.constant('proof' as const), mac: bytesOf(32) }),
  fc.record({
    type: fc.constant('certificate' as const),
    chain: fc.record({ generation: u32, term: u48 }).map(chainOf),
    signature: bytesOf(64),
  }),
  fc.record({ type: fc.constant('seal-key' as const), key: bytesOf(32) }),
  fc.record({
    type: fc.constant('subscribe' as const),
    channel,
    variant: fc.nat(255),
    paths: fc.record({ swarm: fc.boolean(), webrtc: fc.boolean() }),
  }),
  fc.record({
    type: fc.constant('accepted' as const),
    channel,
    headSeq: u48,
  }),
  fc.record({
    type: fc.constant('announcement' as const),
    chain: fc.record({ generation: u32, term: u48 }).map(chainOf),
    about: fc.record({
      serial: u48,
      frameSamples: fc.integer({ min: 120, max: 5760 }),
      channels: fc.constantFrom(1 as const, 2 as const),
      bitrate: fc.nat(LIMITS.maxBitrate),
      title: line,
      description: line,
      nowPlaying: line,
    }),
    signature: bytesOf(64),
  }),
  fc.record({
    type: fc.constant('refused' as const),
    channel,
    reason: fc.constantFrom('full' as const, 'not-on-air' as const, 'not-allowed' as const),
    retryAfterMs: fc.nat(LIMITS.maxRetryAfterMs),
  }),
  fc.record({
    type: fc.constant('select' as const),
    channel,
    path: fc.constantFrom('swarm' as const, 'webrtc' as const),
  }),
  fc.record({ type: fc.constant('signal' as const), session: u32, signal }),
  fc.record({ type: fc.constant('ping' as const), id: u32, t0Us: timeUs }),
  fc.record({ type: fc.constant('pong' as const), id: u32, t0Us: timeUs, t1Us: timeUs }),
  fc.record({
    type: fc.constant('routed' as const),
    envelope: fc.record({
      from: bytesOf(32),
      to: bytesOf(32),
      sentMs: u48,
      payload: fc.uint8Array({ maxLength: 400 }),
      signature: bytesOf(64),
    }),
  }),
  fc.record({
    type: fc.constant('bye' as const),
    reason: fc.constantFrom(
      'off-air' as const,
      'leaving' as const,
      'superseded' as const,
      'protocol' as const,
      'kicked' as const,
      'draining' as const,
    ),
    detail: line,
  }),
)

type Mutation = (bytes: Uint8Array) => Uint8Array

/** What bit rot and a hostile sender do: changed, removed, inserted, cut off and repeated bytes. */
const mutation: Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, value]): Mutation =>
      (bytes) =>
        bytes.with(at % bytes.length, value),
  ),
  fc.nat().map(
    (at): Mutation =>
      (bytes) =>
        bytes.slice(0, at % bytes.length),
  ),
  fc.nat().map(
    (at): Mutation =>
      (bytes) =>
        bytes.filter((_, i) => i !== at % bytes.length),
  ),
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, value]): Mutation =>
      (bytes) =>
        Uint8Array.of(...bytes.slice(0, at % bytes.length), value, ...bytes.slice(at % bytes.length)),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 16 }).map(
    (more): Mutation =>
      (bytes) =>
        Uint8Array.of(...bytes, ...more),
  ),
)

/** Random bytes, and genuine ones with one to four mutations. */
export function hostile(genuine: Arbitrary<Uint8Array>): Arbitrary<Uint8Array> {
  const mutated = fc
    .tuple(genuine, fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([bytes, mutations]) =>
      mutations.reduce((now, mutate) => (now.length === 0 ? now : mutate(now)), bytes),
    )
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1500 }) },
    { weight: 3, arbitrary: mutated },
  )
}
