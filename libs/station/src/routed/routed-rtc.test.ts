import createTestnet from '@hyperswarm/testnet'
import type { ControlMessage, Role } from '@pearcast/protocol'
import { closeRtc, type RtcStack } from '@pearcast/rtc'
import { openDht, RoutedLink, type DhtNode, type LinkEnd } from '@pearcast/swarm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RtcSession } from '../rtc-session.ts'
import { provenEnd } from '../testing/proven-end.ts'

let dht: Awaited<ReturnType<typeof createTestnet>>
let node: DhtNode
const ending: (() => void)[] = []
beforeAll(async () => {
  dht = await createTestnet(4)
  node = await openDht({ bootstrap: dht.bootstrap })
  await node.ready()
})
afterEach(() => {
  for (const end of ending.splice(0)) end()
})
afterAll(async () => {
  await node.close()
  await dht.destroy()
  closeRtc()
})

interface End {
  link: RoutedLink
  rtc: RtcSession
  heard: ControlMessage[]
  datagrams: number[][]
  packets: Uint8Array[]
  ends: LinkEnd[]
  borne: Promise<void>
}

/** A routed link between two ends, and a WebRTC session beside it; `cut` takes away whoever passes envelopes on. */
function createRouted(listenerStack: RtcStack = 'ndc'): { station: End; listener: End; cut: () => number } {
  let isOpen = true
  let passed = 0
  const createEnd = (role: Role, other: () => End): End => {
    const ends: LinkEnd[] = []
    const [heard, datagrams, packets]: [ControlMessage[], number[][], Uint8Array[]] = [[], [], []]
    const link = new RoutedLink({
      ...provenEnd(role, { stationKey: new Uint8Array(32) }),
      envelopes: {
        isOpen: () => isOpen,
        send: (message) => {
          passed++
          setImmediate(() => other().link.receive(message))
        },
      },
      remoteKey: new Uint8Array(32).fill(role === 'broadcaster' ? 1 : 2),
      now: Date.now,
      onEnd: (end) => ends.push(end),
    })
    const rtc = new RtcSession({
      role: role === 'listener' ? 'sender' : 'receiver',
      link,
      node,
      stack: role === 'listener' ? 'ndc' : listenerStack,
      onPhase: () => undefined,
      onRtp: (packet) => packets.push(packet),
    })
    link.onControl = (message) => {
      if (message.type === 'signal') rtc.receive(message.session, message.signal)
      else heard.push(message)
    }
    link.onDatagram = (plaintext) => datagrams.push([...plaintext])
    const borne = new Promise<void>((resolve) => (link.onBorne = resolve))
    ending.push(() => {
      rtc.close()
      link.lost('the test is over')
    })
    return { link, rtc, heard, datagrams, packets, ends, borne }
  }
  // The station's end has a listener as its peer, and the other way round.
  const station: End = createEnd('listener', () => listener)
  const listener: End = createEnd('broadcaster', () => station)
  return {
    station,
    listener,
    cut: () => {
      isOpen = false
      return passed
    },
  }
}

async function eventually(isTrue: () => boolean): Promise<void> {
  const endMs = Date.now() + 10_000
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error('not within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const PING: ControlMessage = { type: 'ping', id: 1, t0Us: 2 }

describe('a link that began in envelopes', { timeout: 30_000 }, () => {
  test.each<RtcStack>(['ndc', 'werift'])(
    'moves to the WebRTC connection (%s) that it led to, and outlives who passed them on',
    async (stack) => {
      const { cut, listener, station } = createRouted(stack)
      station.rtc.start()
      await Promise.all([station.borne, listener.borne])
      expect(cut()).toBeGreaterThan(0)
      station.link.send(PING)
      listener.link.send({ ...PING, id: 2 })
      await eventually(() => station.heard.length + listener.heard.length === 2)
      expect(listener.heard).toEqual([PING])
      expect(station.heard).toEqual([{ ...PING, id: 2 }])
      expect(listener.link.sendDatagram(Uint8Array.of(1, 2, 3))).toBe(true)
      await eventually(() => station.datagrams.length === 1)
      expect(station.datagrams).toEqual([[1, 2, 3]])
    },
  )

  test('says goodbye over that connection', async () => {
    const { cut, listener, station } = createRouted()
    station.rtc.start()
    await Promise.all([station.borne, listener.borne])
    cut()
    await station.link.close('off-air')
    station.rtc.close()
    await eventually(() => listener.ends.length > 0)
    expect(listener.ends).toEqual([{ kind: 'bye', reason: 'off-air', detail: '' }])
  })

  test('is lost with that connection', async () => {
    const { cut, listener, station } = createRouted()
    station.rtc.start()
    await Promise.all([station.borne, listener.borne])
    cut()
    station.rtc.close()
    await eventually(() => listener.ends.length > 0 && station.ends.length > 0)
    expect([...listener.ends, ...station.ends]).toMatchObject([{ kind: 'lost' }, { kind: 'lost' }])
  })
})
