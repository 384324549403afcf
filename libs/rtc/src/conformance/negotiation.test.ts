import { describe, expect, test } from 'vitest'
import { RTC_LIMITS } from '../peer-transport.ts'
import { parseSdpSafely } from '../sdp.ts'
import { COMBINATIONS, connect, eventually, pause, rtpPacket } from '../testing/pair.ts'
import { hex, peersOf } from '../testing/peers.ts'
import { show } from '../testing/show.ts'

describe.each(COMBINATIONS)('%s to %s: a pair on loopback', (...stacks) => {
  const peers = peersOf(stacks)

  test('carries RTP packets with their header extension unchanged and loses none', async () => {
    const { sender, receiver } = peers.pair()
    await connect({ sender, receiver })
    const sent = Array.from({ length: 200 }, (_, i) => rtpPacket((65_500 + i) & 0xffff))
    for (const packet of sent) {
      expect(sender.transport.sendRtp(packet)).toBe(true)
      await pause(1)
    }
    await eventually(() => receiver.packets.length === sent.length, 10_000)
    expect(receiver.packets.map(hex)).toEqual(sent.map(hex))
    expect(sender.states).toEqual(['connecting', 'connected'])
    expect(receiver.states).toEqual(['connecting', 'connected'])
  })

  test('is quicker than a DTLS hello that was lost: that one comes again after 1 s', async () => {
    const joinsMs: number[] = []
    // The quickest of three, for the computer may be held up.
    while (joinsMs.length < 3 && !joinsMs.some((ms) => ms < 900)) {
      const made = peers.pair()
      const started = performance.now()
      await connect(made)
      made.sender.transport.sendRtp(rtpPacket(1))
      await eventually(() => made.receiver.packets.length > 0, 10_000)
      joinsMs.push(performance.now() - started)
    }
    show(`${stacks.join(' to ')}: offer to first RTP ${joinsMs.map((ms) => ms.toFixed(0)).join(', ')} ms`)
    expect(Math.min(...joinsMs)).toBeLessThan(900)
  })

  test('connects 25 times side by side in one process', async () => {
    const started = performance.now()
    const pairs = Array.from({ length: 25 }, () => peers.pair())
    await Promise.all(pairs.map(connect))
    show(`25 pairs connected after ${(performance.now() - started).toFixed(0)} ms`)
    pairs.forEach(({ sender }, i) => expect(sender.transport.sendRtp(rtpPacket(i))).toBe(true))
    await eventually(() => pairs.every(({ receiver }) => receiver.packets.length === 1), 10_000)
    expect(pairs.map(({ receiver }) => receiver.packets.map(hex))).toEqual(
      pairs.map((_, i) => [hex(rtpPacket(i))]),
    )
  })

  test('keeps candidates that arrive before the description they belong to', async () => {
    const { sender, receiver, answer } = await peers.negotiateOneWay()
    for (const candidate of receiver.candidates) sender.transport.addCandidate(candidate, '0')
    await sender.transport.acceptAnswer(answer)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('takes candidates from the description as well', async () => {
    const { sender, receiver, answer } = await peers.negotiateOneWay()
    await sender.transport.acceptAnswer(`${answer}a=${receiver.candidates[0]}\r\na=end-of-candidates\r\n`)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('connects on the first attempt when the sender names its addresses early, as browsers do', async () => {
    const early = await peers.wire()
    const { sender, receiver } = peers.pair()
    const offer = await sender.transport.createOffer()
    const candidate = early.through('receiver', 'candidate:1 1 UDP 1 127.0.0.1 1 typ host')
    const started = performance.now()
    const answer = await receiver.transport.acceptOffer(`${offer}a=${candidate}\r\n`)
    // That address is silent, so the receiver waits for ICE as long as it may.
    expect(performance.now() - started).toBeGreaterThan(RTC_LIMITS.answerHoldMs - 5)
    expect(performance.now() - started).toBeLessThan(RTC_LIMITS.answerHoldMs + 2000)
    await sender.transport.acceptAnswer(answer)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('offers one Opus track on the address that was asked for, and chooses a DTLS role', async () => {
    const { sender, receiver } = peers.pair()
    const offer = await sender.transport.createOffer()
    expect(parseSdpSafely(offer)).toMatchObject({
      direction: 'sendonly',
      setup: 'actpass',
      payloadType: 111,
      ssrc: 0x1234_5678,
      nack: true,
    })
    const answer = await receiver.transport.acceptOffer(offer)
    expect(parseSdpSafely(answer)).toMatchObject({
      direction: 'recvonly',
      // Whoever is ready last sends the client hello: see both `answer` methods.
      setup: stacks[1] === 'ndc' ? 'passive' : 'active',
      payloadType: 111,
    })
    expect(offer + answer).not.toContain('a=candidate')
    expect([...sender.candidates, ...receiver.candidates]).toEqual([])
    await sender.transport.acceptAnswer(answer)
    await eventually(() => sender.candidates.length > 0 && receiver.candidates.length > 0, 10_000)
    expect([...sender.candidates, ...receiver.candidates]).toHaveLength(2)
    for (const candidate of [...sender.candidates, ...receiver.candidates]) {
      expect(candidate).toMatch(/^candidate:\w+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host$/)
    }
  })

  test('hands RTP only to the receiver, while RTCP reports pass', async () => {
    const { sender, receiver } = peers.pair({ lostAfterMs: 90 })
    await connect({ sender, receiver })
    await pause(300) // ten reports each way: three times the bound without any RTP
    expect(sender.transport.state).toBe('connected')
    expect(receiver.transport.state).toBe('connected')
    expect([...sender.packets, ...receiver.packets]).toEqual([])
  })
})
