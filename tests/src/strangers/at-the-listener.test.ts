import { randomBytes } from 'node:crypto'
import sodium from 'sodium-universal'
import { encodeDatagram, formatLink, FrameSigner, streamContext } from '@pearcast/protocol'
import { StationAnnouncer, type PeerLink } from '@pearcast/swarm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Lab } from '../testing/pearcast.ts'
import {
  descriptors,
  lastNumber,
  nextStats,
  pause,
  randomKeyPair,
  runOf,
  stolenStationKey,
  strangerNode,
  YESTERDAY_S,
} from '../testing/strangers.ts'

let lab: Lab
const closers: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  await lab.close()
})

async function announce(
  station: ReturnType<typeof randomKeyPair>,
  run: ReturnType<typeof runOf>,
  onLink: (link: PeerLink) => void,
): Promise<StationAnnouncer> {
  const node = await strangerNode(lab)
  closers.push(() => node.close())
  // Without the secret key: the record stays as it is.
  const { publicKey } = station
  const announcer = new StationAnnouncer({ node, sodium, station: { publicKey }, ...run, onLink })
  closers.push(() => announcer.stop())
  await announcer.start()
  return announcer
}

test("yesterday's audio, by a thief of yesterday's session key, is not played by who has heard today's", async () => {
  const { broadcaster, link } = await lab.broadcast('tone')
  const listener = lab.listen(link, '--output', 'null')
  await listener.until('first-audio', 30_000)
  await nextStats(listener)
  await broadcaster.stop('SIGKILL')

  const station = await stolenStationKey(lab)
  const yesterday = runOf(station, YESTERDAY_S)
  const { encoder, session } = yesterday.chain
  const stream = { stationKey: station.publicKey, generation: encoder.generation, term: session.term }
  const signer = new FrameSigner(sodium, yesterday.sessionSecretKey, streamContext(sodium, stream, 0))
  const proven: PeerLink[] = []
  await announce(station, yesterday, (open) => proven.push(open))
  await listener.until('reconnecting', 30_000)
  await nextStats(listener)
  const played = lastNumber(listener, 'stats', 'framesPlayed')
  for (let seq = 1; seq <= 150; seq++) {
    const frame = signer.sign({
      seq,
      ts48k: seq * 960,
      captureUs: 0,
      payload: randomBytes(100).fill(0xf8, 0, 1),
    })
    for (const open of proven)
      open.sendDatagram(encodeDatagram({ type: 'frame', channel: 1, hops: 0, body: frame.body }))
    await pause(20)
  }
  await nextStats(listener)
  // What was in its buffer may still have been played; the thief has sent three seconds.
  expect(lastNumber(listener, 'stats', 'framesPlayed') - played).toBeLessThan(50)
  await lab.broadcast('tone')
  await listener.until(
    ({ event, framesPlayed }) => event === 'stats' && Number(framesPlayed) - played > 100,
    60_000,
  )
}, 120_000)

test('a station that offers WebRTC without end opens a few connections, and ends no listener', async () => {
  const station = randomKeyPair()
  let [links, answers, offers] = [0, 0, 0]
  const attack = (open: PeerLink): void => {
    let session = 1
    links++
    const offer = (): void => {
      if (!open.isOpen) return
      for (let i = 0; i < 4; i++) {
        const sdp = i % 2 ? OFFER : OFFER.slice(0, 1 + ((offers * 7) % OFFER.length))
        open.send({ type: 'signal', session: session++, signal: { kind: 'offer', sdp } })
        offers++
      }
      for (let i = 0; i < 5; i++) open.sendDatagram(randomBytes(300))
      if (offers < 200) setTimeout(offer, 50)
    }
    open.onControl = (message) => {
      if (message.type === 'signal' && message.signal.kind === 'answer') answers++
      if (message.type !== 'subscribe' || session > 1) return
      const { channel } = message
      open.send({ type: 'accepted', channel, headSeq: 0 })
      offer()
    }
  }
  await announce(station, runOf(station), attack)
  const listener = lab.listen(formatLink(sodium, { stationKey: station.publicKey }), '--output', 'null')
  await listener.until('connected', 20_000)
  const before = await descriptors(listener)
  await vi.waitUntil(() => offers >= 200, { timeout: 40_000, interval: 100 })
  await nextStats(listener)
  console.log(`${offers} offers over ${links} links, ${answers} answers`)
  // It leaves a station that sends no audio, and each link may try again.
  expect(answers).toBeLessThanOrEqual(8 * links)
  const more = (await descriptors(listener)) - before
  if (!Number.isNaN(more)) expect(more).toBeLessThan(40)
  expect(await listener.stop()).toBe(130)
}, 60_000)

/** As node-datachannel writes it, with a fingerprint that nobody has. */
const OFFER = [
  'v=0',
  'o=rtc 1 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=msid-semantic:WMS *',
  'a=setup:actpass',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
  'a=ice-options:ice2,trickle',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendonly',
  'a=ssrc:1 cname:x',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\r\n')
