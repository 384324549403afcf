import { encodeDatagram, keyPairFromSeed, verifyChain, type Frame, type Path } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { expect, test } from 'vitest'
import { BroadcastSession } from '../broadcaster/session.ts'
import { nowS } from '../clock.ts'
import { createIdentity } from '../identity/identity.ts'
import { Intake, type Feed } from './intake.ts'

const CHANNEL = 1
const FROM = 'parent'

/** What a listener makes of the datagrams of one parent, whose frames the tree lets pass when they verify. */
function listening() {
  const identity = createIdentity(sodium, 'test', nowS())
  const session = new BroadcastSession(sodium, identity)
  const chain = session.certify(nowS())
  const states: string[] = []
  const heard: Frame[] = []
  const calls: string[] = []
  const intake: Intake = new Intake({
    sodium,
    nowUs: () => 0,
    onFrame: (frame) => heard.push(frame),
    onForwarded: () => undefined,
    onHeartbeat: ({ state }) => states.push(state),
  })
  const feed: Feed = {
    beat: () => undefined,
    beginRun: () => undefined,
    forged: () => calls.push('forged'),
    useless: () => calls.push('useless'),
    frame: (_from, frame) => {
      const known = intake.ring.get(frame.seq)
      if (known !== undefined) return intake.isCopy(known, frame) ? 'duplicate' : 'forged'
      return intake.verify(frame) && intake.ring.put(frame) ? 'forwarded' : 'forged'
    },
  }
  intake.plant(feed)
  intake.begin(verifyChain(sodium, chain, { stationKey: identity.station.publicKey, nowS: nowS() }))
  const take = (datagram: Uint8Array): void =>
    void intake.onDatagram(datagram, FROM, 'relayed' satisfies Path)
  const sign = (seq: number): Frame =>
    session.signer.sign({ seq, ts48k: seq * 960, captureUs: 1, payload: new Uint8Array(40).fill(seq) })
  const send = ({ body }: Pick<Frame, 'body'>): void =>
    take(encodeDatagram({ type: 'frame', channel: CHANNEL, hops: 1, body }))
  const beat = (headSeq: number, signer = session): void => {
    const body = signer.signHeartbeat({ headSeq, ts48k: 0, wallclockUs: 1, state: 'stalled' })
    take(encodeDatagram({ type: 'source-heartbeat', channel: CHANNEL, body }))
  }
  return { beat, calls, heard, identity, intake, send, sign, states, take }
}

test('a frame that comes again with other words under the same signature is forged, and is not handed on', () => {
  const { heard, intake, send, sign } = listening()
  const frame = sign(1)
  send(frame)
  const body = frame.body.slice()
  body[30] = 99
  send({ body })
  expect(heard.map((each) => each.body)).toEqual([frame.body])
  expect(intake.refused).toBe(1)
})

test('that the source was silent before what came since is old news', () => {
  const { beat, send, sign, states } = listening()
  send(sign(1))
  beat(1)
  expect(states).toEqual(['stalled'])
  send(sign(2))
  beat(1)
  expect(states).toEqual(['stalled'])
  beat(2)
  expect(states).toEqual(['stalled', 'stalled'])
})

test('what nobody can read is useless, and a heartbeat that the station did not sign is forged', () => {
  const { beat, calls, identity, states, take } = listening()
  take(new Uint8Array(20))
  expect(calls).toEqual(['useless'])
  beat(1, new BroadcastSession(sodium, { ...identity, encoder: keyPairFromSeed(sodium, new Uint8Array(32)) }))
  expect(calls).toEqual(['useless', 'useless', 'forged'])
  expect(states).toEqual([])
})
