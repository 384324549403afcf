import { describe, expect, test } from 'vitest'
import { FakeMedia } from '../testing/fake-media.ts'
import { COMBINATIONS, connect, eventually, pause } from '../testing/pair.ts'
import { hex, peersOf } from '../testing/peers.ts'

/** Frames at four times their pace: half a second. */
const FRAMES = 100
const EVERY_MS = 5

describe.each(COMBINATIONS)('%s to %s: media over a line that loses', (...stacks) => {
  const peers = peersOf(stacks)

  test('arrives whole and unchanged when the receiver asks for what is missing', async () => {
    const wire = await peers.wire()
    const made = peers.pair({}, wire)
    await connect(made)
    const { receiver, sender } = made
    let datagrams = 0
    // Every seventh, whatever it is: RTP, repairs, requests for them.
    wire.lose = () => ++datagrams % 7 === 0
    const media = new FakeMedia({ everyMs: EVERY_MS, first: 65_500 })
    await media.play(sender.transport, FRAMES)
    const missing = (): number[] => {
      const heard = new Set(
        receiver.packets.map((packet) => new DataView(packet.buffer, packet.byteOffset).getUint16(2)),
      )
      return [...media.sent.keys()].filter((number) => !heard.has(number))
    }
    expect(missing().length).toBeGreaterThan(0)
    for (let round = 0; round < 50 && missing().length > 0; round++) {
      receiver.transport.requestRepair(missing())
      await pause(40)
      for (const request of sender.repairRequests.splice(0)) media.repeat(sender.transport, request)
      await eventually(() => missing().length === 0, 40)
    }
    expect(missing()).toEqual([])
    const sent = new Set([...media.sent.values()].map(hex))
    expect(new Set(receiver.packets.map(hex))).toEqual(sent)
  })
})
