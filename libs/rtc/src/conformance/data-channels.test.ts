import { describe, expect, test } from 'vitest'
import { RTC_LIMITS } from '../peer-transport.ts'
import { COMBINATIONS, connect, eventually, type Pair, rtpPacket, type TestOptions } from '../testing/pair.ts'
import { peersOf } from '../testing/peers.ts'
import type { Wire } from '../testing/wire.ts'

describe.each(COMBINATIONS)('%s to %s: data channels beside the audio', (...stacks) => {
  const peers = peersOf(stacks)

  /** Connected, with open data channels. */
  async function open(options: Partial<TestOptions> = {}, wire?: Wire): Promise<Pair> {
    const made = peers.pair({ channels: true, ...options }, wire)
    await connect(made)
    const { receiver, sender } = made
    const opened = (): boolean => sender.channelsOpen.count + receiver.channelsOpen.count === 2
    expect(await eventually(opened, 10_000)).toBe(true)
    return made
  }

  test('carry messages both ways, whole and in order, while audio flows', async () => {
    const { receiver, sender } = await open()
    const messages = Array.from({ length: 50 }, (_, i) => new Uint8Array(1 + i * 300).fill(i))
    for (const [i, message] of messages.entries()) {
      expect(sender.transport.sendMessage(message)).toBe(true)
      expect(receiver.transport.sendMessage(message)).toBe(true)
      expect(sender.transport.sendRtp(rtpPacket(i))).toBe(true)
    }
    const all = (): boolean => sender.messages.length === 50 && receiver.messages.length === 50
    expect(await eventually(() => all() && receiver.packets.length > 0, 10_000)).toBe(true)
    expect(sender.messages).toEqual(messages)
    expect(receiver.messages).toEqual(messages)
  })

  test('bring messages that the network lost, and do not repeat datagrams', async () => {
    const wire = await peers.wire()
    const { receiver, sender } = await open({}, wire)
    wire.lose = (_, datagram) => isDtls(datagram)
    expect(sender.transport.sendMessage(Uint8Array.of(1))).toBe(true)
    expect(sender.transport.sendDatagram(Uint8Array.of(2))).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 100))
    wire.lose = () => false
    expect(await eventually(() => receiver.messages.length === 1, 10_000)).toBe(true)
    expect(receiver.messages).toEqual([Uint8Array.of(1)])
    // werift repeats them after all (see its DataChannels), sooner or later than the message.
    const isRepeated = stacks[0] === 'werift'
    if (!isRepeated) expect(receiver.datagrams).toEqual([])
    sender.transport.sendDatagram(Uint8Array.of(3))
    const has = (value: number): boolean => receiver.datagrams.some((datagram) => datagram[0] === value)
    expect(await eventually(() => has(3) && has(2) === isRepeated, 10_000)).toBe(true)
    expect(receiver.datagrams).toHaveLength(isRepeated ? 2 : 1)
  })

  test('take what fits, and nothing before they are open or after the end', async () => {
    const early = peers.pair({ channels: true })
    expect(early.sender.transport.sendMessage(Uint8Array.of(1))).toBe(false)
    const made = await open()
    const { transport } = made.sender
    expect(transport.sendMessage(new Uint8Array(RTC_LIMITS.maxMessageBytes))).toBe(true)
    expect(transport.sendMessage(new Uint8Array(RTC_LIMITS.maxMessageBytes + 1))).toBe(false)
    expect(transport.sendMessage(new Uint8Array(0))).toBe(false)
    expect(transport.sendDatagram(new Uint8Array(RTC_LIMITS.maxRtpBytes))).toBe(true)
    expect(transport.sendDatagram(new Uint8Array(RTC_LIMITS.maxRtpBytes + 1))).toBe(false)
    expect(
      await eventually(() => made.receiver.messages.length + made.receiver.datagrams.length === 2, 10_000),
    ).toBe(true)
    made.close()
    expect(transport.sendMessage(Uint8Array.of(1))).toBe(false)
    expect(transport.sendDatagram(Uint8Array.of(1))).toBe(false)
  })

  test('queue a bounded amount for a peer that takes nothing', async () => {
    const wire = await peers.wire()
    const { sender } = await open({}, wire)
    wire.lose = () => true
    let taken = 0
    const message = new Uint8Array(16_384)
    while (taken < 1000 && sender.transport.sendMessage(message)) taken++
    // What SCTP itself holds on to is not in its account: twice the bound is bound enough.
    expect(taken * message.length).toBeLessThanOrEqual(2 * RTC_LIMITS.maxQueuedBytes + 1_048_576)
    expect(taken).toBeLessThan(1000)
  })

  test('are refused by a receiver that did not agree on them, and missed by a sender that did', async () => {
    const wanting = peers.pair({ channels: true })
    const plain = peers.pair()
    const offer = await wanting.sender.transport.createOffer()
    await expect(plain.receiver.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'SDP_MEDIA' })
    const answer = await wanting.receiver.transport.acceptOffer(await plain.sender.transport.createOffer())
    await expect(wanting.sender.transport.acceptAnswer(answer)).rejects.toMatchObject({ code: 'SDP_MEDIA' })
  })
})

/** RFC 7983: what begins with 20..63 is DTLS. */
function isDtls(datagram: Uint8Array): boolean {
  const first = datagram[0] ?? 0
  return first >= 20 && first <= 63
}
