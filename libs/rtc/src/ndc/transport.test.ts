import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { connect, createPair, eventually, observe, type Pair, pause, rtpPacket } from '../testing/pair.ts'
import { closeRtc } from './transport.ts'

const pairs: Pair[] = []
function pair(...args: Parameters<typeof createPair>): Pair {
  const made = createPair(...args)
  pairs.push(made)
  return made
}

afterEach(() => {
  for (const made of pairs.splice(0)) made.close()
})
afterAll(() => closeRtc())

describe('a pair on loopback', () => {
  test('carries RTP packets with their header extension unchanged and loses none', async () => {
    const { sender, receiver } = pair()
    const started = performance.now()
    const offer = await sender.transport.createOffer()
    await sender.transport.acceptAnswer(await receiver.transport.acceptOffer(offer))
    await sender.until('connected')
    const sent = Array.from({ length: 200 }, (_, i) => rtpPacket(65_500 + i))
    expect(sender.transport.sendRtp(sent[0] ?? new Uint8Array())).toBe(true)
    expect(await eventually(() => receiver.packets.length > 0, 2000)).toBe(true)
    const firstRtpMs = performance.now() - started
    console.log(`offer to first RTP: ${firstRtpMs.toFixed(1)} ms`)
    expect(firstRtpMs).toBeLessThan(1000)
    for (const packet of sent.slice(1)) {
      expect(sender.transport.sendRtp(packet)).toBe(true)
      await pause(1)
    }
    await eventually(() => receiver.packets.length === sent.length, 2000)
    expect(receiver.packets.length).toBe(sent.length)
    sent.forEach((packet, i) =>
      expect(Buffer.compare(packet, receiver.packets[i] ?? packet.subarray(1))).toBe(0),
    )
    expect(sender.states).toEqual(['connecting', 'connected'])
    expect(receiver.states).toEqual(['connecting', 'connected'])
  })
})
