import type { ControlMessage, StationLink } from '@pearcast/protocol'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { Handshake, type HandshakeOptions, type HandshakeStep, type StationCredentials } from './handshake.ts'
import { randomBytes } from './random.ts'
import { createStation, sodium, type TestStation } from './test-kit.ts'

const nowS = Math.floor(Date.now() / 1000)
let station: TestStation
let other: TestStation
let credentials: StationCredentials
beforeAll(() => {
  station = createStation()
  other = createStation()
  credentials = station.credentials(7)
})

/** One side whose messages go into `sent`. */
class Side {
  readonly sent: ControlMessage[] = []
  readonly handshake: Handshake
  step: HandshakeStep = { type: 'waiting' }

  constructor(options: Partial<HandshakeOptions> & Pick<HandshakeOptions, 'binding' | 'link' | 'role'>) {
    this.handshake = new Handshake({
      sodium,
      sealKey: randomBytes(32),
      nowS,
      send: (...messages) => this.sent.push(...messages),
      ...options,
    })
    this.handshake.begin()
  }

  take(from: Side): boolean {
    const message = from.sent.shift()
    if (!message || this.step.type !== 'waiting') return false
    this.step = this.handshake.receive(message)
    return true
  }
}

interface Pair {
  broadcaster?: Partial<HandshakeOptions>
  listener?: Partial<HandshakeOptions>
}

/** Both ends of one connection. */
function createPair({ broadcaster, listener }: Pair = {}): [Side, Side] {
  const [a, b, handshakeHash] = [randomBytes(32), randomBytes(32), randomBytes(64)]
  return [
    new Side({
      link: station.link,
      role: 'broadcaster',
      credentials,
      binding: { localKey: a, remoteKey: b, handshakeHash },
      ...broadcaster,
    }),
    new Side({
      link: station.link,
      role: 'listener',
      binding: { localKey: b, remoteKey: a, handshakeHash },
      ...listener,
    }),
  ]
}

function run(pair: Pair = {}): { broadcaster: HandshakeStep; listener: HandshakeStep } {
  const [broadcaster, listener] = createPair(pair)
  while (broadcaster.take(listener) || listener.take(broadcaster)) continue
  return { broadcaster: broadcaster.step, listener: listener.step }
}

const refused = (code: string): object => ({ type: 'refused', refusal: { code } })

describe('a handshake', () => {
  test('proves both sides to each other, and the listener learns the session', () => {
    const { broadcaster, listener } = run()
    expect(broadcaster).toMatchObject({ type: 'proven', peer: { hello: { role: 'listener' }, version: 1 } })
    expect(listener).toMatchObject({
      type: 'proven',
      peer: { hello: { role: 'broadcaster' }, session: { generation: 1, term: 7 } },
    })
  })

  test('exchanges the seal keys', () => {
    const [broadcaster, listener] = [randomBytes(32), randomBytes(32)]
    const steps = run({ broadcaster: { sealKey: broadcaster }, listener: { sealKey: listener } })
    expect(steps.broadcaster).toMatchObject({ peer: { sealKey: listener } })
    expect(steps.listener).toMatchObject({ peer: { sealKey: broadcaster } })
  })

  test('leaves what a listener asked for with its proof to the link', () => {
    const opening: ControlMessage[] = [{ type: 'ping', id: 1, t0Us: 5 }]
    const [broadcaster, listener] = createPair({ listener: { opening: () => opening } })
    expect(listener.sent.map(({ type }) => type)).toEqual(['hello', 'proof', 'seal-key', 'ping'])
    while (broadcaster.take(listener) || listener.take(broadcaster)) continue
    expect([broadcaster.step.type, listener.step.type]).toEqual(['proven', 'proven'])
  })

  test('takes the messages in whatever interleaving the two directions arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (turns) => {
        const [broadcaster, listener] = createPair()
        for (const turn of turns) if (turn && !broadcaster.take(listener)) listener.take(broadcaster)
        while (listener.take(broadcaster) || broadcaster.take(listener)) continue
        expect([broadcaster.step.type, listener.step.type]).toEqual(['proven', 'proven'])
      }),
    )
  })

  test('keeps the certificate from whoever does not know the link', () => {
    const [broadcaster, stranger] = createPair({ listener: { link: other.link } })
    while (broadcaster.take(stranger)) continue
    expect(broadcaster.step).toMatchObject(refused('IMPOSTOR'))
    expect(broadcaster.sent.map(({ type }) => type)).toEqual(['hello', 'proof'])
  })

  test('of a private station needs the group key', () => {
    const link: StationLink = { ...station.link, groupKey: randomBytes(32) }
    expect(run({ broadcaster: { link }, listener: { link } }).listener.type).toBe('proven')
    expect(run({ broadcaster: { link } })).toMatchObject({
      broadcaster: refused('IMPOSTOR'),
      listener: refused('IMPOSTOR'),
    })
  })
})

const withMinTerm = (generation: number, term: number): HandshakeStep =>
  run({ listener: { minTerm: { generation, term } } }).listener

describe('a listener refuses', () => {
  test('another station that knows the link', () => {
    const steps = run({ broadcaster: { credentials: other.credentials(7) } })
    expect(steps.listener).toMatchObject(refused('IMPOSTOR'))
  })

  test("the station's certificate in the hands of somebody without the session key", () => {
    const stolen = { ...credentials, sessionSecretKey: station.credentials(7).sessionSecretKey }
    expect(run({ broadcaster: { credentials: stolen } }).listener).toMatchObject(refused('IMPOSTOR'))
  })

  test('a proof made for another connection', () => {
    const [broadcaster] = createPair()
    const [, listener] = createPair()
    while (listener.take(broadcaster)) continue
    expect(listener.step).toMatchObject(refused('IMPOSTOR'))
  })

  test('its own messages sent back', () => {
    const [, listener] = createPair()
    const [hello, proof] = listener.sent
    if (hello?.type !== 'hello') throw new Error('hello comes first')
    expect(listener.handshake.receive({ ...hello, role: 'broadcaster' })).toEqual({ type: 'waiting' })
    expect(proof && listener.handshake.receive(proof)).toMatchObject(refused('IMPOSTOR'))
  })

  test('a peer that calls itself a listener', () => {
    expect(run({ broadcaster: { role: 'listener' } }).listener).toMatchObject(refused('IMPOSTOR'))
  })

  test('an older run of the station than it has heard, but not the same', () => {
    expect(withMinTerm(1, 8)).toMatchObject(refused('SUPERSEDED'))
    expect(withMinTerm(2, 1)).toMatchObject(refused('SUPERSEDED'))
    expect(withMinTerm(1, 7).type).toBe('proven')
    expect(withMinTerm(0, 9).type).toBe('proven')
  })

  test('a certificate that has ended, without calling the station an impostor', () => {
    expect(run({ listener: { nowS: nowS + 86_400 } }).listener).toMatchObject(refused('CERTIFICATE'))
  })
})

/** What a message must lead to when `expected` are still to come; takes the first of them away. */
function stepAfter(kind: string, expected: string[]): object {
  if (kind === 'bye') return refused('BYE')
  if (kind !== expected.shift()) return refused('PROTOCOL')
  return { type: expected.length === 0 ? 'proven' : 'waiting' }
}

describe('both sides refuse', () => {
  test('a version that they do not speak', () => {
    const [, listener] = createPair()
    const hello: ControlMessage = {
      type: 'hello',
      versionMin: 2,
      versionMax: 3,
      features: 0,
      role: 'broadcaster',
      maxDatagramBytes: 1152,
    }
    expect(listener.handshake.receive(hello)).toMatchObject(refused('VERSION_MISMATCH'))
  })

  test('a certificate from a listener', () => {
    const [broadcaster, listener] = createPair()
    broadcaster.take(listener)
    broadcaster.take(listener)
    const certificate = broadcaster.sent.find(({ type }) => type === 'certificate')
    expect(certificate && broadcaster.handshake.receive(certificate)).toMatchObject(refused('PROTOCOL'))
  })

  test('any message out of its order, a goodbye excepted', () => {
    const kinds = ['hello', 'proof', 'certificate', 'seal-key', 'ping', 'bye'] as const
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.constantFrom(...kinds), { maxLength: 6 }),
        (isListener, order) => {
          const [broadcaster, listener] = createPair()
          const [self, peer] = isListener ? [listener, broadcaster] : [broadcaster, listener]
          const expected = isListener
            ? ['hello', 'proof', 'certificate', 'seal-key']
            : ['hello', 'proof', 'seal-key']
          while (peer.take(self)) continue
          const messages = new Map<string, ControlMessage>(
            peer.sent.map((message) => [message.type, message]),
          )
          messages.set('ping', { type: 'ping', id: 1, t0Us: 0 })
          messages.set('bye', { type: 'bye', reason: 'leaving', detail: '' })
          for (const kind of order) {
            const message = messages.get(kind)
            if (!message || self.step.type !== 'waiting') break
            self.step = self.handshake.receive(message)
            expect(self.step).toMatchObject(stepAfter(kind, expected))
          }
        },
      ),
    )
  })
})

describe('among members, neither of whom is the station', () => {
  const members = (a: Partial<HandshakeOptions> = {}, b: Partial<HandshakeOptions> = {}): HandshakeStep[] => {
    const [keyA, keyB, handshakeHash] = [randomBytes(32), randomBytes(32), randomBytes(64)]
    const common = { link: station.link, role: 'listener', amongMembers: true } as const
    const left = new Side({ ...common, binding: { localKey: keyA, remoteKey: keyB, handshakeHash }, ...a })
    const right = new Side({ ...common, binding: { localKey: keyB, remoteKey: keyA, handshakeHash }, ...b })
    while (left.take(right) || right.take(left)) continue
    return [left.step, right.step]
  }

  test('both prove that they know the link, and nobody shows a certificate', () => {
    for (const step of members({ role: 'relay' })) {
      expect(step).toMatchObject({ type: 'proven' })
      expect(step).not.toHaveProperty('peer.session')
    }
  })

  test('a stranger is refused', () => {
    for (const step of members({ link: other.link })) expect(step).toMatchObject(refused('IMPOSTOR'))
  })

  test('whoever says that it is the station is refused, and so is a certificate', () => {
    expect(members({}, { role: 'broadcaster' })[0]).toMatchObject(refused('IMPOSTOR'))
    const [, asking] = createPair({ listener: { amongMembers: true } })
    const certificate: ControlMessage = {
      type: 'certificate',
      chain: credentials.chain,
      signature: new Uint8Array(64),
    }
    expect(asking.handshake.receive(certificate)).toMatchObject(refused('PROTOCOL'))
  })
})
