import { describe, expect, test } from 'vitest'
import { RTC_LIMITS } from '../peer-transport.ts'
import { encodeEmptyReport } from '../rtcp.ts'
import { parseSdpSafely } from '../sdp.ts'
import { createTransport } from '../stacks.ts'
import { COMBINATIONS, connect, eventually, rtpPacket } from '../testing/pair.ts'
import { hex, peersOf } from '../testing/peers.ts'
import type { Wire } from '../testing/wire.ts'

describe.each(COMBINATIONS)('%s to %s: sending', (...stacks) => {
  const peers = peersOf(stacks)

  test('is refused for what is too large, no RTP, or before and after the connection', async () => {
    const made = peers.pair()
    const { transport } = made.sender
    expect(transport.sendRtp(rtpPacket(1))).toBe(false)
    await connect(made)
    const overhead = rtpPacket(1, 0).length
    expect(transport.sendRtp(rtpPacket(1, RTC_LIMITS.maxRtpBytes - overhead))).toBe(true)
    expect(transport.sendRtp(rtpPacket(2, RTC_LIMITS.maxRtpBytes - overhead + 1))).toBe(false)
    expect(transport.sendRtp(encodeEmptyReport(1))).toBe(false)
    expect(transport.sendRtp(new Uint8Array(4))).toBe(false)
    expect(made.receiver.transport.sendRtp(rtpPacket(3))).toBe(false)
    await eventually(() => made.receiver.packets.length > 0, 10_000)
    expect(made.receiver.packets.map((packet) => packet.length)).toEqual([RTC_LIMITS.maxRtpBytes])
    made.close()
    expect(transport.sendRtp(rtpPacket(4))).toBe(false)
  })

  test('does not keep the bytes: they are free for reuse when it returns', async () => {
    const made = peers.pair()
    await connect(made)
    const buffer = rtpPacket(1)
    for (let i = 1; i <= 20; i++) {
      buffer.set(rtpPacket(i))
      expect(made.sender.transport.sendRtp(buffer)).toBe(true)
    }
    await eventually(() => made.receiver.packets.length === 20, 10_000)
    expect(made.receiver.packets.map(hex)).toEqual(
      Array.from({ length: 20 }, (_, i) => hex(rtpPacket(i + 1))),
    )
  })

  test('goes on after the numbers have wrapped, also across a pause and with a repair from before', async () => {
    const made = peers.pair()
    await connect(made)
    const numbers = [65_000, 65_400, 200, 201, 65_300, 202, 3000]
    for (const [i, number] of numbers.entries()) {
      made.sender.transport.sendRtp(rtpPacket(number))
      expect(await eventually(() => made.receiver.packets.length === i + 1, 10_000), `${number}`).toBe(true)
    }
    expect(made.receiver.packets.map(hex)).toEqual(numbers.map((number) => hex(rtpPacket(number))))
  })

  test('repairs what was lost on the way when the receiver asks', async () => {
    const wire = await peers.wire()
    const made = peers.pair({}, wire)
    await connect(made)
    const sent = new Map(Array.from({ length: 20 }, (_, i) => [i, rtpPacket(i)]))
    const lost = [3, 4, 11, 18]
    wire.lose = isRtpNumbered(lost)
    for (const packet of sent.values()) made.sender.transport.sendRtp(packet)
    await eventually(() => made.receiver.packets.length === 16, 10_000)
    expect(made.receiver.packets.length).toBe(16)
    wire.lose = () => false
    expect(made.receiver.transport.requestRepair(lost)).toBe(true)
    await eventually(() => made.sender.repairRequests.length > 0, 10_000)
    expect(made.sender.repairRequests).toEqual([lost])
    for (const number of lost) made.sender.transport.sendRtp(sent.get(number) ?? new Uint8Array())
    await eventually(() => made.receiver.packets.length === 20, 10_000)
    expect(made.receiver.packets.slice(16).map(hex)).toEqual(lost.map((number) => hex(rtpPacket(number))))
  })

  test('repair is neither announced nor asked for when nobody answers it', async () => {
    const sender = createTransport(stacks[0], {
      role: 'sender',
      ssrc: 1,
      bindAddress: '127.0.0.1',
      events: { onCandidate: () => undefined, onState: () => undefined, onRtp: () => undefined },
    })
    const offer = await sender.createOffer()
    sender.close()
    expect(parseSdpSafely(offer).nack).toBe(false)
  })
})

function isRtpNumbered(numbers: number[]): Wire['lose'] {
  return (from, datagram) => {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
    return from === 'sender' && view.getUint8(0) === 0x90 && numbers.includes(view.getUint16(2))
  }
}
