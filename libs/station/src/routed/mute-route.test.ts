import { toHex, type ControlMessage } from '@pearcast/protocol'
import { RoutedLink } from '@pearcast/swarm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Ear } from '../testing/ear.ts'
import { provenEnd } from '../testing/proven-end.ts'
import { openStage, type Stage } from '../testing/stage.ts'

let stage: Stage
const ears: Ear[] = []
beforeAll(async () => {
  stage = await openStage({ maxListeners: 1 })
})
afterAll(async () => {
  for (const ear of ears.toReversed()) await ear.stop()
  await stage.close()
})

/** A way to the station that nothing but envelopes take: it grants a place, and no WebRTC comes about. */
function muteRoute(): RoutedLink {
  const answers = (message: ControlMessage): ControlMessage[] => {
    if (message.type === 'subscribe') return [{ type: 'accepted', channel: message.channel, headSeq: 0 }]
    if (message.type !== 'reserve') return []
    const { channel } = message
    return [
      { type: 'ancestors', channel, keys: [] },
      { type: 'reserved', channel, lifetimeMs: 60_000, bytesPerS: 24_000, freeSlots: 4 },
    ]
  }
  const link: RoutedLink = new RoutedLink({
    ...provenEnd('broadcaster', stage.link),
    envelopes: {
      isOpen: () => true,
      send: (message) => void setImmediate(() => answers(message).forEach((answer) => link.receive(answer))),
    },
    remoteKey: new Uint8Array(32).fill(7),
    now: Date.now,
    onEnd: () => undefined,
  })
  return link
}

test('a station that only envelopes reach is no parent before audio can come: a relay is', async () => {
  const relay = new Ear({
    link: stage.link,
    node: await stage.node(),
    role: 'relay',
    relay: 'on',
    maxChildren: 4,
  })
  ears.push(relay)
  await relay.start()
  await vi.waitUntil(() => relay.isFound && relay.heard.size > 0, { timeout: 30_000 })
  const ear = new Ear({ link: stage.link, node: await stage.node(), pushed: true })
  ears.push(ear)
  await ear.start()
  const route = muteRoute()
  ear.tuner.push(route)
  await vi.waitUntil(() => ear.heard.size > 50, { timeout: 30_000 })
  expect(ear.primary).toBe(relay.key)
  expect(ear.parentsSince(0).map(({ key }) => key)).not.toContain(toHex(route.remoteKey))
  route.lost('the test is over')
})
