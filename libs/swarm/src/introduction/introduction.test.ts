import { issueTicket, type KeyPair, keyPairFromSeed, signAnnouncement } from '@pearcast/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKeyPair } from '../key-pair.ts'
import { randomBytes } from '../random.ts'
import { sodium, TestNet, until } from '../test-kit.ts'
import { introduce } from './introduce.ts'
import { type IntroducedStation, IntroductionServer } from './introduction-server.ts'
import { issueEncoderCertificate, issueSessionCertificate } from '@pearcast/protocol'

let net: TestNet
const relay = createKeyPair()
const introduced: IntroducedStation[] = []
const links: unknown[] = []

beforeAll(async () => {
  net = await TestNet.start()
  const server = new IntroductionServer({
    node: await net.node(),
    sodium,
    keyPair: relay,
    admits: (who) => {
      introduced.push(who)
      return undefined
    },
    onLink: (_station, link) => links.push(link),
    onLinkEnd: () => undefined,
  })
  net.onClose(() => server.stop())
  await server.start()
})
afterAll(() => net.close())

const nowS = Math.floor(Date.now() / 1000)
const period = { notBeforeS: nowS - 60, notAfterS: nowS + 3600 }
const keys = (): KeyPair => keyPairFromSeed(sodium, randomBytes(32))

/** A station with what it shows to a relay; `ticketFor` is whom the ticket names. */
function station(ticketFor: Uint8Array, signer?: KeyPair) {
  const [root, encoder, session] = [keys(), keys(), keys()]
  const stationKey = root.publicKey
  const chain = {
    encoder: issueEncoderCertificate(sodium, root, {
      encoderKey: encoder.publicKey,
      generation: 1,
      ...period,
    }),
    session: issueSessionCertificate(sodium, encoder, {
      stationKey,
      generation: 1,
      sessionKey: session.publicKey,
      term: 5,
      ...period,
    }),
  }
  const about = {
    serial: 1,
    frameSamples: 960,
    channels: 2,
    bitrate: 96_000,
    title: 'X',
    description: '',
    nowPlaying: '',
  } as const
  const announcement = signAnnouncement(sodium, { chain, sessionSecretKey: session.secretKey }, about)
  const fields = { stationKey, generation: 1, relayKey: ticketFor, ...period }
  return { announcement, ticket: issueTicket(sodium, signer ?? encoder, fields) }
}

/** How an introduction to our relay ends: `accepted`, or the code and why. */
async function introduceWith(shown: ReturnType<typeof station>): Promise<string> {
  const node = await net.node()
  let outcome: string | undefined
  const end = introduce({
    node,
    sodium,
    relayKey: relay.publicKey,
    ...shown,
    onAccepted: () => (outcome ??= 'accepted'),
    onEnd: (code, detail) => (outcome ??= `${code}: ${detail}`),
  })
  const ended = await until(() => outcome, 'the end of the introduction', 20_000)
  end()
  return ended
}

describe('a relay to which a station introduces itself', () => {
  test('carries it with a ticket that the station signed for this relay', async () => {
    const shown = station(relay.publicKey)
    expect(await introduceWith(shown)).toBe('accepted')
    expect(introduced.at(-1)?.stationKey).toEqual(shown.announcement.chain.encoder.stationKey)
  })

  test('refuses a ticket for another relay, and one that somebody else signed', async () => {
    const before = introduced.length
    expect(await introduceWith(station(randomBytes(32)))).toMatch(/^REFUSED: .*relay/)
    expect(await introduceWith(station(relay.publicKey, keys()))).toMatch(/^REFUSED: .*not signed/)
    expect(introduced).toHaveLength(before)
  })

  test('does not take an announcement that was changed, or one without the ticket of its station', async () => {
    const [genuine, other] = [station(relay.publicKey), station(relay.publicKey)]
    const about = { ...genuine.announcement.about, title: 'Y' }
    expect(await introduceWith({ ...genuine, announcement: { ...genuine.announcement, about } })).toMatch(
      /^REFUSED/,
    )
    expect(await introduceWith({ ...genuine, ticket: other.ticket })).toMatch(/^REFUSED/)
  })

  test('believes nobody who repeats what a station showed: the station itself has to prove itself next', async () => {
    await introduceWith(station(relay.publicKey))
    expect(links).toEqual([])
  })
})

test('a second relay with the same key is told so, and may have it when the first one has ended', async () => {
  const keyPair = createKeyPair()
  const create = async (): Promise<IntroductionServer> =>
    new IntroductionServer({
      node: await net.node(),
      sodium,
      keyPair,
      admits: () => undefined,
      onLink: () => undefined,
      onLinkEnd: () => undefined,
    })
  const [first, second] = [await create(), await create()]
  net.onClose(() => second.stop())
  await first.start()
  await expect(second.start()).rejects.toMatchObject({ code: 'RELAY_KEY_IN_USE' })
  await first.stop()
  await second.start()
})
