import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RTC_LIMITS } from '../peer-transport.ts'
import { encodeEmptyReport } from '../rtcp.ts'
import { parseSdpSafely } from '../sdp.ts'
import { connect, createPair, eventually, observe, type Observed, pause, rtpPacket } from '../testing/pair.ts'
import { show } from '../testing/show.ts'
import { openWire, type Wire } from '../testing/wire.ts'
import { closeRtc, createNdcTransport } from './transport.ts'

const ending: { close(): void }[] = []
function ended<T extends { close(): void }>(made: T): T {
  ending.push(made)
  return made
}
const pair = (...args: Parameters<typeof createPair>): ReturnType<typeof createPair> =>
  ended(createPair(...args))

afterEach(() => {
  for (const made of ending.splice(0)) made.close()
})
afterAll(() => closeRtc())

describe('a pair on loopback', () => {
  test('carries RTP packets with their header extension unchanged and loses none', async () => {
    const { sender, receiver } = pair()
    const started = performance.now()
    const offer = await sender.transport.createOffer()
    await sender.transport.acceptAnswer(await receiver.transport.acceptOffer(offer))
    await sender.until('connected')
    const sent = Array.from({ length: 200 }, (_, i) => rtpPacket((65_500 + i) & 0xffff))
    expect(sender.transport.sendRtp(sent[0] ?? new Uint8Array())).toBe(true)
    expect(await eventually(() => receiver.packets.length > 0, 2000)).toBe(true)
    const firstRtpMs = performance.now() - started
    show(`offer to first RTP: ${firstRtpMs.toFixed(1)} ms`)
    expect(firstRtpMs).toBeLessThan(1000)
    for (const packet of sent.slice(1)) {
      expect(sender.transport.sendRtp(packet)).toBe(true)
      await pause(1)
    }
    await eventually(() => receiver.packets.length === sent.length, 2000)
    expect(receiver.packets.map(hex)).toEqual(sent.map(hex))
    expect(sender.states).toEqual(['connecting', 'connected'])
    expect(receiver.states).toEqual(['connecting', 'connected'])
  })

  test('connects 25 times side by side in one process', async () => {
    const started = performance.now()
    const pairs = Array.from({ length: 25 }, () => pair())
    await Promise.all(pairs.map(connect))
    show(`25 pairs connected after ${(performance.now() - started).toFixed(0)} ms`)
    pairs.forEach(({ sender }, i) => expect(sender.transport.sendRtp(rtpPacket(i))).toBe(true))
    await eventually(() => pairs.every(({ receiver }) => receiver.packets.length === 1), 2000)
    expect(pairs.map(({ receiver }) => receiver.packets.map(hex))).toEqual(
      pairs.map((_, i) => [hex(rtpPacket(i))]),
    )
  })

  test('keeps candidates that arrive before the description they belong to', async () => {
    const { sender, receiver, answer } = await negotiateOneWay()
    for (const candidate of receiver.candidates) sender.transport.addCandidate(candidate, '0')
    await sender.transport.acceptAnswer(answer)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('takes candidates from the description as well', async () => {
    const { sender, receiver, answer } = await negotiateOneWay()
    await sender.transport.acceptAnswer(`${answer}a=${receiver.candidates[0]}\r\na=end-of-candidates\r\n`)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('connects on the first attempt when the sender names its addresses early, as browsers do', async () => {
    const early = ended(await openWire())
    const { sender, receiver } = pair()
    const offer = await sender.transport.createOffer()
    const candidate = early.through('receiver', 'candidate:1 1 UDP 1 127.0.0.1 1 typ host')
    const started = performance.now()
    const answer = await receiver.transport.acceptOffer(`${offer}a=${candidate}\r\n`)
    // That address is silent, so the receiver waits for ICE as long as it may.
    expect(performance.now() - started).toBeGreaterThan(RTC_LIMITS.answerHoldMs - 5)
    expect(performance.now() - started).toBeLessThan(RTC_LIMITS.answerHoldMs + 200)
    await sender.transport.acceptAnswer(answer)
    await Promise.all([sender.until('connected'), receiver.until('connected')])
    expect([sender, receiver].map(({ transport }) => transport.state)).toEqual(['connected', 'connected'])
  })

  test('offers one Opus track on the address that was asked for, and answers passively', async () => {
    const { sender, receiver } = pair()
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
      setup: 'passive',
      payloadType: 111,
    })
    expect(offer + answer).not.toContain('a=candidate')
    expect([...sender.candidates, ...receiver.candidates]).toEqual([])
    await sender.transport.acceptAnswer(answer)
    await eventually(() => sender.candidates.length > 0 && receiver.candidates.length > 0, 2000)
    expect([...sender.candidates, ...receiver.candidates]).toHaveLength(2)
    for (const candidate of [...sender.candidates, ...receiver.candidates]) {
      expect(candidate).toMatch(/^candidate:\d+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host$/)
    }
  })

  test('hands RTP only to the receiver, while RTCP reports pass', async () => {
    const { sender, receiver } = pair({ lostAfterMs: 90 })
    await connect({ sender, receiver, close: () => undefined })
    await pause(300) // ten reports each way: three times the bound without any RTP
    expect(sender.transport.state).toBe('connected')
    expect(receiver.transport.state).toBe('connected')
    expect([...sender.packets, ...receiver.packets]).toEqual([])
  })
})

describe('sending', () => {
  test('is refused for what is too large, no RTP, or before and after the connection', async () => {
    const made = pair()
    const { transport } = made.sender
    expect(transport.sendRtp(rtpPacket(1))).toBe(false)
    await connect(made)
    const overhead = rtpPacket(1, 0).length
    expect(transport.sendRtp(rtpPacket(1, RTC_LIMITS.maxRtpBytes - overhead))).toBe(true)
    expect(transport.sendRtp(rtpPacket(2, RTC_LIMITS.maxRtpBytes - overhead + 1))).toBe(false)
    expect(transport.sendRtp(encodeEmptyReport(1))).toBe(false)
    expect(transport.sendRtp(new Uint8Array(4))).toBe(false)
    expect(made.receiver.transport.sendRtp(rtpPacket(3))).toBe(false)
    await eventually(() => made.receiver.packets.length > 0, 2000)
    expect(made.receiver.packets.map((packet) => packet.length)).toEqual([RTC_LIMITS.maxRtpBytes])
    made.close()
    expect(transport.sendRtp(rtpPacket(4))).toBe(false)
  })

  test('does not keep the bytes: they are free for reuse when it returns', async () => {
    const made = pair()
    await connect(made)
    const buffer = rtpPacket(1)
    for (let i = 1; i <= 20; i++) {
      buffer.set(rtpPacket(i))
      expect(made.sender.transport.sendRtp(buffer)).toBe(true)
    }
    await eventually(() => made.receiver.packets.length === 20, 2000)
    expect(made.receiver.packets.map(hex)).toEqual(
      Array.from({ length: 20 }, (_, i) => hex(rtpPacket(i + 1))),
    )
  })

  test('repairs what was lost on the way when the receiver asks', async () => {
    const wire = ended(await openWire())
    const made = pair({}, wire)
    await connect(made)
    const sent = new Map(Array.from({ length: 20 }, (_, i) => [i, rtpPacket(i)]))
    const lost = [3, 4, 11, 18]
    wire.lose = isRtpNumbered(lost)
    for (const packet of sent.values()) made.sender.transport.sendRtp(packet)
    await eventually(() => made.receiver.packets.length === 16, 2000)
    expect(made.receiver.packets.length).toBe(16)
    wire.lose = () => false
    expect(made.receiver.transport.requestRepair(lost)).toBe(true)
    await eventually(() => made.sender.repairRequests.length > 0, 2000)
    expect(made.sender.repairRequests).toEqual([lost])
    for (const number of lost) made.sender.transport.sendRtp(sent.get(number) ?? new Uint8Array())
    await eventually(() => made.receiver.packets.length === 20, 2000)
    expect(made.receiver.packets.slice(16).map(hex)).toEqual(lost.map((number) => hex(rtpPacket(number))))
  })

  test('repair is neither announced nor asked for when nobody answers it', async () => {
    const sender = ended(
      createNdcTransport({
        role: 'sender',
        ssrc: 1,
        bindAddress: '127.0.0.1',
        events: { onCandidate: () => undefined, onState: () => undefined, onRtp: () => undefined },
      }),
    )
    expect(parseSdpSafely(await sender.createOffer()).nack).toBe(false)
  })
})

describe('the end', () => {
  test('of one side reaches the other as closed', async () => {
    const made = pair()
    await connect(made)
    made.sender.transport.close()
    await made.receiver.until('closed')
    expect(made.receiver.states).toEqual(['connecting', 'connected', 'closed'])
  })

  test('comes as failed within the bound when the peer is lost without a word', async () => {
    const wire = ended(await openWire())
    const made = pair({ lostAfterMs: 300 }, wire)
    await connect(made)
    wire.lose = () => true
    const started = performance.now()
    await Promise.all([made.sender.until('failed'), made.receiver.until('failed')])
    expect(performance.now() - started).toBeLessThan(1000)
    expect(made.sender.transport.sendRtp(rtpPacket(1))).toBe(false)
  })

  test('comes as failed when the peer never answers a check', async () => {
    const wire = ended(await openWire())
    wire.lose = () => true
    const made = pair({ connectTimeoutMs: 400 }, wire)
    const offer = await made.sender.transport.createOffer()
    await made.sender.transport.acceptAnswer(await made.receiver.transport.acceptOffer(offer))
    await Promise.all([made.sender.until('failed'), made.receiver.until('failed')])
    expect(made.sender.states).toEqual(['connecting', 'failed'])
  })

  test('comes as failed when the certificate is not the announced one', async () => {
    const { sender, receiver } = pair()
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
    const made = pair()
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
    const { sender, receiver } = pair()
    const offering = sender.transport.createOffer()
    sender.transport.close()
    await expect(offering).rejects.toMatchObject({ name: 'RtcError', code: 'CLOSED' })
    await expect(sender.transport.createOffer()).rejects.toMatchObject({ code: 'CLOSED' })
    const answering = receiver.transport.acceptOffer(await offerOfAnother())
    receiver.transport.close()
    await expect(answering).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('may be called from within an event', async () => {
    const made = pair()
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

describe('what cannot work', () => {
  test('a second offer, or the call of the other role, is refused before native code hears of it', async () => {
    const { sender, receiver } = pair()
    const offer = await sender.transport.createOffer()
    await expect(sender.transport.createOffer()).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(sender.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'WRONG_ROLE' })
    await expect(receiver.transport.createOffer()).rejects.toMatchObject({ code: 'WRONG_ROLE' })
    const answer = await receiver.transport.acceptOffer(offer)
    await expect(receiver.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await sender.transport.acceptAnswer(answer)
    await expect(sender.transport.acceptAnswer(answer)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('an address of another machine is refused by name', async () => {
    expect(() => observe({ role: 'sender', ssrc: 1, bindAddress: 'eth0' })).toThrow(/"eth0".*no IP address/)
    const { transport } = observe({ role: 'sender', ssrc: 1, bindAddress: '203.0.113.9' })
    ending.push(transport)
    await expect(transport.createOffer()).rejects.toMatchObject({ code: 'BIND_ADDRESS' })
    const receiver = observe({ role: 'receiver', ssrc: 1, bindAddress: '203.0.113.9' })
    ending.push(receiver.transport)
    await expect(receiver.transport.acceptOffer(await offerOfAnother())).rejects.toMatchObject({
      code: 'NATIVE_FAILED',
    })
    await receiver.until('failed')
  })

  test('an offer that takes audio instead of sending it is refused', async () => {
    const offer = (await offerOfAnother()).replace('a=sendonly', 'a=recvonly')
    const receiver = observe({ role: 'receiver', ssrc: 1 })
    ending.push(receiver.transport)
    await expect(receiver.transport.acceptOffer(offer)).rejects.toMatchObject({ code: 'SDP_DIRECTION' })
    expect(receiver.transport.state).toBe('new')
  })

  test('more candidates than the bound are refused', async () => {
    const { transport } = observe({ role: 'receiver', ssrc: 1 })
    ending.push(transport)
    const add = (i: number): void =>
      transport.addCandidate(`candidate:1 1 udp 1 127.0.0.1 ${i} typ host`, '0')
    for (let i = 1; i <= RTC_LIMITS.maxCandidates; i++) add(i)
    expect(() => add(99)).toThrow(expect.objectContaining({ code: 'CANDIDATE_LIMIT' }))
  })
})

/** A pair whose receiver has named its candidates, while the sender has neither seen them nor the answer. */
async function negotiateOneWay(): Promise<{ sender: Observed; receiver: Observed; answer: string }> {
  const [sender, receiver] = [observe({ role: 'sender', ssrc: 1 }), observe({ role: 'receiver', ssrc: 2 })]
  ending.push(sender.transport, receiver.transport)
  const answer = await receiver.transport.acceptOffer(await sender.transport.createOffer())
  await eventually(() => receiver.candidates.length > 0, 2000)
  expect(receiver.candidates).toHaveLength(1)
  return { sender, receiver, answer }
}

async function offerOfAnother(): Promise<string> {
  const { transport } = observe({ role: 'sender', ssrc: 1 })
  ending.push(transport)
  return transport.createOffer()
}

function hex(packet: Uint8Array): string {
  return Buffer.from(packet).toString('hex')
}

function other(byte: string): string {
  return byte === '00' ? '01' : '00'
}

function isRtpNumbered(numbers: number[]): Wire['lose'] {
  return (from, datagram) => {
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
    return from === 'sender' && view.getUint8(0) === 0x90 && numbers.includes(view.getUint16(2))
  }
}
