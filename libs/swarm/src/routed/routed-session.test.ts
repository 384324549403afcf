import type { ControlMessage, KeyPair, RoutedEnvelope, StationLink } from '@pearcast/protocol'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Refusal, StationCredentials, Term } from '../handshake.ts'
import type { LinkEnd } from '../peer-link.ts'
import { createStation, sodium, type TestStation } from '../test-kit.ts'
import { PendingRoute } from './pending-route.ts'
import { openEnvelope } from './post.ts'
import { RouteAcceptor } from './route-acceptor.ts'
import type { RoutedLink } from './routed-link.ts'
import { createFakeLink, type FakeLink, randomKeyPair } from './test-links.ts'

let station: TestStation
let credentials: StationCredentials
let encoder: KeyPair
let nowMs: number
let ending: (() => void)[]
beforeEach(() => {
  station = createStation()
  credentials = station.credentials(7)
  encoder = randomKeyPair()
  nowMs = Date.now()
  ending = []
})
afterEach(() => {
  for (const end of ending) end()
})

/** The station's end: what arrives, and the link over which envelopes come and go. */
interface Far {
  acceptor: RouteAcceptor
  helper: FakeLink
  links: RoutedLink[]
}

function answer(own: Partial<{ keyPair: KeyPair; credentials: StationCredentials }> = {}): Far {
  const helper = createFakeLink(randomKeyPair().publicKey)
  const links: RoutedLink[] = []
  const acceptor = new RouteAcceptor({
    sodium,
    link: station.link,
    keyPair: own.keyPair ?? encoder,
    credentials: () => own.credentials ?? credentials,
    onLink: (link) => links.push(link),
    now: () => nowMs,
  })
  acceptor.watch(helper)
  ending.push(() => {
    acceptor.stop()
    links.forEach((link) => link.lost('the test is over'))
  })
  return { acceptor, helper, links }
}

/** The listener's end. */
interface Near {
  route: PendingRoute
  keyPair: KeyPair
  helper: FakeLink
  links: RoutedLink[]
  refusals: Refusal[]
  ends: LinkEnd[]
  receive(envelope: RoutedEnvelope): void
}

function openTo(options: { link?: StationLink; minTerm?: Term; keyPair?: KeyPair } = {}): Near {
  const { keyPair = randomKeyPair(), minTerm } = options
  const helper = createFakeLink(randomKeyPair().publicKey)
  const links: RoutedLink[] = []
  const refusals: Refusal[] = []
  const ends: LinkEnd[] = []
  const route = new PendingRoute({
    sodium,
    keyPair,
    remoteKey: encoder.publicKey,
    helper,
    now: () => nowMs,
    timeoutMs: 60_000,
    handshake: {
      sodium,
      link: options.link ?? station.link,
      role: 'listener',
      minTerm,
      nowS: Math.floor(nowMs / 1000),
    },
    onLink: (link) => links.push(link),
    onRefused: (refusal) => refusals.push(refusal),
    onEnd: (_, end) => ends.push(end),
  })
  ending.push(() => {
    route.abort()
    links.forEach((made) => made.lost('the test is over'))
  })
  const receive = (envelope: RoutedEnvelope): void => {
    const payload = openEnvelope(sodium, envelope, { to: keyPair.publicKey, nowMs })
    if (payload) route.receive(payload, helper)
  }
  return { route, keyPair, helper, links, refusals, ends, receive }
}

/** Carries every envelope across until none is left. Returns those that went. */
function exchange(near: Near, far: Far): RoutedEnvelope[] {
  const carried: RoutedEnvelope[] = []
  for (;;) {
    const there = near.helper.sent.shift()
    if (there) far.helper.onRouted?.(there)
    const back = far.helper.sent.shift()
    if (back) near.receive(back)
    if (!there && !back) return carried
    carried.push(...[there, back].filter((each) => each !== undefined))
  }
}

function linked(): { near: Near; far: Far; a: RoutedLink; b: RoutedLink; carried: RoutedEnvelope[] } {
  const far = answer()
  const near = openTo()
  const carried = exchange(near, far)
  const [a] = near.links
  const [b] = far.links
  if (a === undefined || b === undefined) throw new Error('no link came about')
  return { near, far, a, b, carried }
}

const PING: ControlMessage = { type: 'ping', id: 1, t0Us: 2 }

describe('a routed session', () => {
  test('proves the listener to the station, and the station by its certificate', () => {
    const { near, a, b } = linked()
    expect(a.session).toMatchObject({ stationKey: station.link.stationKey, term: 7 })
    expect([a.via, b.via]).toEqual(['webrtc', 'webrtc'])
    expect(b.remoteKey).toEqual(near.keyPair.publicKey)
    expect([a.remoteRole, b.remoteRole]).toEqual(['broadcaster', 'listener'])
  })

  test('carries control messages both ways, in order', () => {
    const { a, b, far, near } = linked()
    const [atA, atB]: ControlMessage[][] = [[], []]
    a.onControl = (message) => atA?.push(message)
    b.onControl = (message) => atB?.push(message)
    const messages = [1, 2, 3].map((id): ControlMessage => ({ ...PING, id }))
    a.send(...messages)
    b.send(...messages)
    exchange(near, far)
    expect(atA).toEqual(messages)
    expect(atB).toEqual(messages)
  })

  test('tells the other end goodbye', () => {
    const { a, b, far, near } = linked()
    let end: LinkEnd | undefined
    b.onClose = (how) => (end = how)
    void a.close('leaving', 'enough')
    exchange(near, far)
    expect(end).toEqual({ kind: 'bye', reason: 'leaving', detail: 'enough' })
    expect(far.acceptor.links).toEqual([])
    expect(near.ends).toEqual([{ kind: 'local', reason: 'leaving', detail: 'enough' }])
  })

  test('follows the renewal of the certificate', () => {
    const { a, b, far, near } = linked()
    const renewed = station.credentials(8)
    b.sendCertificate(renewed)
    exchange(near, far)
    expect(a.session?.term).toBe(8)
    b.sendCertificate(station.credentials(6))
    exchange(near, far)
    expect(near.ends).toEqual([expect.objectContaining({ kind: 'violation' })])
  })

  test('comes about for nobody who does not know the link', () => {
    const far = answer()
    const near = openTo({ link: createStation().link })
    exchange(near, far)
    expect(far.links).toEqual([])
    expect(near.links).toEqual([])
    expect(near.refusals).toEqual([expect.objectContaining({ code: 'IMPOSTOR' })])
  })

  test('is refused with an older run of the station, and with a certificate in other hands', () => {
    const older = openTo({ minTerm: { generation: 1, term: 9 } })
    exchange(older, answer())
    expect(older.refusals).toEqual([expect.objectContaining({ code: 'SUPERSEDED' })])
    const stolen = { ...credentials, sessionSecretKey: station.credentials(7).sessionSecretKey }
    const near = openTo()
    exchange(near, answer({ credentials: stolen }))
    expect(near.refusals).toEqual([expect.objectContaining({ code: 'IMPOSTOR' })])
    expect(near.links).toEqual([])
  })
})

describe('whoever is in between', () => {
  test('can repeat any envelope at any time without effect', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (choices) => {
        const { a, b, carried, far, near } = linked()
        const heard: ControlMessage[] = []
        a.onControl = (message) => heard.push(message)
        b.onControl = (message) => heard.push(message)
        a.send(PING)
        carried.push(...exchange(near, far))
        for (const choice of choices) {
          const again = carried[choice % carried.length]
          if (again === undefined) continue
          far.helper.onRouted?.(again)
          near.receive(again)
          exchange(near, far)
        }
        expect(heard).toEqual([PING])
        expect([a.isOpen, b.isOpen]).toEqual([true, true])
        expect(far.acceptor.links).toEqual([b])
      }),
      { numRuns: 20 },
    )
  })

  test('can change nothing: an envelope with any bit wrong is dropped', () => {
    const { a, b, far, near } = linked()
    const heard: ControlMessage[] = []
    b.onControl = (message) => heard.push(message)
    a.send(PING)
    const [genuine] = near.helper.sent.splice(0)
    if (genuine === undefined) throw new Error('an envelope')
    for (let at = 0; at < genuine.payload.length; at++) {
      const payload = genuine.payload.with(at, (genuine.payload[at] ?? 0) ^ 1)
      far.helper.onRouted?.({ ...genuine, payload })
    }
    far.helper.onRouted?.({ ...genuine, sentMs: genuine.sentMs + 1 })
    expect(heard).toEqual([])
    far.helper.onRouted?.(genuine)
    expect(heard).toEqual([PING])
  })

  test('cannot turn the order round', () => {
    const { a, b, far, near } = linked()
    const heard: number[] = []
    b.onControl = (message) => message.type === 'ping' && heard.push(message.id)
    a.send({ ...PING, id: 1 }, { ...PING, id: 2 })
    const [one, two] = near.helper.sent.splice(0)
    if (one === undefined || two === undefined) throw new Error('two envelopes')
    far.helper.onRouted?.(two)
    far.helper.onRouted?.(one)
    expect(heard).toEqual([2])
  })

  test('cannot bring what was said in one session into another of the same two', () => {
    const keyPair = randomKeyPair()
    const former = answer()
    const before = openTo({ keyPair })
    const recorded = exchange(before, former)
    const far = answer()
    const near = openTo({ keyPair })
    near.helper.sent.length = 0
    for (const envelope of recorded) {
      far.helper.onRouted?.(envelope)
      near.receive(envelope)
    }
    expect(far.links).toEqual([])
    expect(near.links).toEqual([])
  })
})

describe('what strangers send', () => {
  test('opens a bounded number of sessions, at a bounded rate', () => {
    const far = answer()
    for (let i = 0; i < 100; i++) {
      const [opening] = openTo().helper.sent
      if (opening) far.helper.onRouted?.(opening)
    }
    expect(far.helper.sent.filter(({ payload }) => payload[0] === 1)).toHaveLength(16)
    expect(far.acceptor.refused).toBe(84)
    for (let s = 0; s < 100; s++) {
      nowMs += 1000
      const [opening] = openTo().helper.sent
      if (opening) far.helper.onRouted?.(opening)
    }
    expect(far.helper.sent.filter(({ payload }) => payload[0] === 1)).toHaveLength(64)
  })

  test('never throws, whatever is in the envelope', () => {
    const far = answer()
    const near = openTo()
    exchange(near, far)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const fields = { to: encoder.publicKey, sentMs: nowMs, payload }
        const own = { from: near.keyPair.publicKey, signature: new Uint8Array(64), ...fields }
        far.helper.onRouted?.(own)
        near.receive({ ...own, from: encoder.publicKey, to: near.keyPair.publicKey })
      }),
    )
    expect(far.links[0]?.isOpen).toBe(true)
  })
})

describe('once a connection bears it', () => {
  test('messages and datagrams go there, and the peer in between is not needed', () => {
    const { a, far, near } = linked()
    const sent: Uint8Array[] = []
    const datagrams: Uint8Array[] = []
    let borne = 0
    a.onBorne = () => borne++
    const bearer = {
      send: (message: Uint8Array) => sent.push(message) > 0,
      sendDatagram: (datagram: Uint8Array) => datagrams.push(datagram) > 0,
    }
    expect(a.sendDatagram(Uint8Array.of(1))).toBe(false)
    a.attach(bearer)
    near.helper.isOpen = false
    far.helper.isOpen = false
    a.send(PING)
    expect(a.sendDatagram(Uint8Array.of(1))).toBe(true)
    expect(a.sendDatagram(new Uint8Array(a.maxDatagramBytes + 1))).toBe(false)
    expect([borne, sent.length, datagrams.length, near.helper.sent.length]).toEqual([1, 1, 1, 0])
    expect(a.stats).toMatchObject({ datagramsSent: 1 })
  })

  test('it ends with that connection', () => {
    const { a, near } = linked()
    const bearer = { send: () => true, sendDatagram: () => true }
    a.attach(bearer)
    a.detach({ ...bearer })
    expect(a.isOpen).toBe(true)
    a.detach(bearer)
    expect(near.ends).toEqual([{ kind: 'lost', detail: 'its connection ended' }])
  })

  test('a peer that floods it is cut off', () => {
    const { a, near } = linked()
    a.onControl = () => undefined
    for (let i = 0; i < 300; i++) a.receive(PING)
    expect(near.ends).toEqual([expect.objectContaining({ kind: 'violation' })])
  })
})
