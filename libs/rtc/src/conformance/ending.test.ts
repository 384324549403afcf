import { describe, expect, test } from 'vitest'
import { COMBINATIONS, connect, pause, rtpPacket } from '../testing/pair.ts'
import { peersOf } from '../testing/peers.ts'

describe.each(COMBINATIONS)('%s to %s: the end', (...stacks) => {
  const peers = peersOf(stacks)

  test('of one side reaches the other as closed', async () => {
    const made = peers.pair()
    await connect(made)
    made.sender.transport.close()
    await made.receiver.until('closed')
    expect(made.receiver.states).toEqual(['connecting', 'connected', 'closed'])
  })

  test('comes as failed within the bound when the peer is lost without a word', async () => {
    const wire = await peers.wire()
    const made = peers.pair({ lostAfterMs: 300 }, wire)
    await connect(made)
    wire.lose = () => true
    const started = performance.now()
    await Promise.all([made.sender.until('failed'), made.receiver.until('failed')])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(made.sender.transport.sendRtp(rtpPacket(1))).toBe(false)
  })

  test('comes as failed when the peer never answers a check', async () => {
    const wire = await peers.wire()
    wire.lose = () => true
    const made = peers.pair({ connectTimeoutMs: 400 }, wire)
    const offer = await made.sender.transport.createOffer()
    await made.sender.transport.acceptAnswer(await made.receiver.transport.acceptOffer(offer))
    await Promise.all([made.sender.until('failed'), made.receiver.until('failed')])
    expect(made.sender.states).toEqual(['connecting', 'failed'])
  })

  test('comes as failed when the certificate is not the announced one', async () => {
    const { sender, receiver } = peers.pair()
    const offer = await sender.transport.createOffer()
    const answer = await receiver.transport.acceptOffer(offer)
    await sender.transport.acceptAnswer(
      answer.replace(/(a=fingerprint:sha-256 )(..)/, (_, a, b) => a + other(b)),
    )
    await sender.until('failed')
    expect(sender.states).toEqual(['connecting', 'failed'])
    expect(sender.transport.sendRtp(rtpPacket(1))).toBe(false)
  })

  test('by close() may be repeated and silences every event', async () => {
    const made = peers.pair()
    await connect(made)
    const before = [...made.receiver.states]
    for (let i = 0; i < 50; i++) made.sender.transport.sendRtp(rtpPacket(i))
    made.receiver.transport.close()
    made.receiver.transport.close()
    expect(made.receiver.transport.state).toBe('closed')
    const packets = made.receiver.packets.length
    await pause(100)
    made.receiver.transport.close()
    expect(made.receiver.states).toEqual(before)
    expect(made.receiver.packets.length).toBe(packets)
    expect(() => made.receiver.transport.addCandidate('anything', '0')).not.toThrow()
  })

  test('by close() rejects what is still negotiating', async () => {
    const { sender, receiver } = peers.pair()
    const offering = sender.transport.createOffer()
    sender.transport.close()
    await expect(offering).rejects.toMatchObject({ name: 'RtcError', code: 'CLOSED' })
    await expect(sender.transport.createOffer()).rejects.toMatchObject({ code: 'CLOSED' })
    const answering = receiver.transport.acceptOffer(await peers.offerOfAnother())
    receiver.transport.close()
    await expect(answering).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('may be called from within an event', async () => {
    const made = peers.pair()
    await connect(made)
    made.receiver.packets.push = () => {
      made.receiver.transport.close()
      return 0
    }
    for (let i = 0; i < 10; i++) made.sender.transport.sendRtp(rtpPacket(i))
    await made.sender.until('closed')
    expect(made.receiver.transport.state).toBe('closed')
  })
})

function other(byte: string): string {
  return byte === '00' ? '01' : '00'
}
