import { randomBytes } from 'node:crypto'
import { encodeDatagram, LIMITS, type ControlMessage } from '@pearcast/protocol'
import { dialMember, type DhtNode, type PeerLink } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nowUs } from './clock.ts'
import { beat } from './testing/cheat.ts'
import { compare, Ear } from './testing/ear.ts'
import { announcementOf } from './testing/misdeeds.ts'
import { openStage, type Stage } from './testing/stage.ts'

/** Children that cheat the relay they listen to, while two others listen there and go on to. */
const PLACES = 12
const FEW_PLACES = 2
const CHANNEL = 1
const wait = { timeout: 30_000, interval: 20 }

let stage: Stage
let relay: Ear
/** One that is full soon. */
let small: Ear
let listeners: readonly Ear[]
let node: DhtNode
const others: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  stage = await openStage({ maxListeners: 1 })
  const { link } = stage
  relay = new Ear({ link, node: await stage.node(), role: 'relay', relay: 'on', maxChildren: PLACES })
  await relay.start()
  await vi.waitUntil(() => relay.isFound, wait)
  node = await stage.node()
  small = new Ear({ link, node: await stage.node(), role: 'relay', relay: 'on', maxChildren: FEW_PLACES })
  await small.start((key) => key === relay.key)
  await vi.waitUntil(() => small.isFound, wait)
  listeners = await Promise.all([1, 2].map(() => listener()))
}, 90_000)

afterAll(async () => {
  await Promise.allSettled([...others, ...listeners, small].map((each) => each.stop()))
  await relay.stop()
  await stage.close()
}, 60_000)

async function listener(): Promise<Ear> {
  const ear = new Ear({ link: stage.link, node })
  await ear.start((key) => key === relay.key)
  await vi.waitUntil(() => ear.primary === relay.key && ear.heard.size > 0, wait)
  return ear
}

interface Stranger {
  readonly link: PeerLink
  readonly messages: ControlMessage[]
  datagrams: number
  stop(): Promise<void>
}

/** Somebody who has the link, and has proven it to the relay. */
async function stranger(at: Ear = relay): Promise<Stranger> {
  const link = await new Promise<PeerLink>((resolve, reject) => {
    dialMember({
      node,
      sodium,
      link: stage.link,
      role: 'listener',
      key: at.key,
      timeoutMs: 10_000,
      onLink: resolve,
      onFailed: ({ detail }) => reject(new Error(detail)),
      onEnd: () => undefined,
    })
  })
  const one: Stranger = { link, messages: [], datagrams: 0, stop: () => link.close() }
  link.onControl = (message) => one.messages.push(message)
  link.onDatagram = () => one.datagrams++
  others.push(one)
  return one
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Nobody else is harmed: both listeners go on to hear, from the same relay, what it got from the station. */
async function expectOthersHear(): Promise<void> {
  for (const ear of listeners) {
    const { size } = ear.heard
    await vi.waitUntil(() => ear.heard.size > size + 25, wait)
    await vi.waitUntil(() => ear.primary === relay.key, wait)
    expect(ear.distrusted).toEqual([])
    expect(compare(ear, relay).different).toBe(0)
  }
}

function told({ messages }: Stranger, type: ControlMessage['type']): number {
  return messages.filter((message) => message.type === type).length
}

const audio = {
  type: 'subscribe',
  channel: CHANNEL,
  variant: 0,
  paths: { swarm: true, webrtc: false },
} as const
const heads = { ...audio, paths: { swarm: false, webrtc: false } } as const
const reserve = { type: 'reserve', channel: CHANNEL, standby: false, slots: 0, freeSlots: 0 } as const

function secondsSince(ms: number): number {
  return (nowUs() / 1000 - ms) / 1000
}

describe.concurrent('at a relay', { timeout: 60_000 }, () => {
  test('a child that asks for its place again and again is answered now and then', async () => {
    const one = await stranger()
    const sinceMs = nowUs() / 1000
    for (let i = 0; i < 150; i++) one.link.send(reserve)
    await vi.waitUntil(() => told(one, 'reserved') > 0, wait)
    await pause(500)
    expect(told(one, 'reserved')).toBeLessThanOrEqual(8 * (2 + secondsSince(sinceMs)))
    await expectOthersHear()
  })

  test('a child that subscribes and rests in turn gets no more than its budget', async () => {
    const one = await stranger()
    const sinceMs = nowUs() / 1000
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 8; i++) one.link.send(audio, heads)
      await pause(100)
    }
    one.link.send(audio)
    await pause(200)
    process.stdout.write(
      `${one.datagrams} datagrams and ${told(one, 'announcement')} announcements to who flaps\n`,
    )
    // Twice the stream, a second of it at once, and nothing beside it.
    expect(told(one, 'announcement')).toBeLessThanOrEqual(2)
    expect(one.datagrams).toBeLessThan(100 + 150 * (1 + secondsSince(sinceMs)))
    await expectOthersHear()
  })

  test('a child that asks for everything again gets a hundred frames a second', async () => {
    const one = await stranger()
    one.link.send(audio)
    await vi.waitUntil(() => one.datagrams > 10, wait)
    const before = one.datagrams
    const sinceMs = nowUs() / 1000
    const head = relay.heard.size
    const seqs = Array.from({ length: LIMITS.maxNackSeqs }, (_, i) => Math.max(1, head - i))
    const nack = encodeDatagram({ type: 'nack', channel: CHANNEL, seqs })
    for (let i = 0; i < 20; i++) {
      for (let each = 0; each < 10; each++) one.link.sendDatagram(nack)
      await pause(50)
    }
    await pause(200)
    const seconds = secondsSince(sinceMs)
    process.stdout.write(
      `${one.datagrams - before} datagrams in ${seconds.toFixed(1)} s to who wants all again\n`,
    )
    expect(one.datagrams - before).toBeLessThan(100 + 150 * (1 + seconds))
    await expectOthersHear()
  })

  test('a child that reports that nothing comes harms itself alone', async () => {
    const one = await stranger()
    one.link.send(audio)
    const lie = { type: 'report', channel: CHANNEL, jitterMs: 65_535, delayMs: 65_535 } as const
    for (let i = 1; i <= 30; i++) {
      one.link.sendDatagram(encodeDatagram({ ...lie, headSeq: i * 10, expected: 65_535, received: 0 }))
      await pause(100)
    }
    await expectOthersHear()
  })

  test('a child that speaks as parents do is not listened to', async () => {
    const one = await stranger()
    one.link.send(audio)
    await vi.waitUntil(() => one.datagrams > 0, wait)
    one.link.send(
      announcementOf(stage.olderRun),
      { type: 'ancestors', channel: CHANNEL, keys: [] },
      { type: 'reserved', channel: CHANNEL, lifetimeMs: 1000, bytesPerS: 0, freeSlots: 9 },
      { type: 'refused', channel: CHANNEL, reason: 'full', retryAfterMs: 1000 },
      {
        type: 'parents',
        channel: CHANNEL,
        parents: [{ key: randomBytes(32), depth: 0, freeSlots: 9, rttMs: 1 }],
      },
    )
    const body = randomBytes(300)
    for (let i = 0; i < 50; i++) {
      one.link.sendDatagram(encodeDatagram({ type: 'frame', channel: CHANNEL, hops: 0, body }))
      one.link.sendDatagram(beat(2 ** 40))
    }
    await pause(300)
    expect(relay.distrusted).toEqual([])
    await expectOthersHear()
  })

  test(
    'places that are taken and not used are free again after five seconds',
    { timeout: 60_000 },
    async () => {
      const fillers = await Promise.all(Array.from({ length: FEW_PLACES }, () => stranger(small)))
      for (const { link } of fillers) link.send(reserve)
      await vi.waitUntil(() => fillers.every((filler) => told(filler, 'reserved') > 0), wait)
      const late = await stranger(small)
      late.link.send(reserve)
      await vi.waitUntil(() => told(late, 'refused') > 0, wait)
      const sinceMs = nowUs() / 1000
      await vi.waitUntil(
        () => {
          late.link.send(reserve)
          return told(late, 'reserved') > 0
        },
        { timeout: 20_000, interval: 250 },
      )
      const freeMs = nowUs() / 1000 - sinceMs
      process.stdout.write(`a place was free ${Math.round(freeMs)} ms after all had been taken\n`)
      await expectOthersHear()
    },
  )
})
