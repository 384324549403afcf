import { expect, it } from 'vitest'
import { numberedPacket, numberOf } from './numbered-packet.ts'
import { OggPages } from './ogg-pages.ts'
import { allocate, channelBind, isChannelData, isSuccess, relayedPort } from './turn-message.ts'

it('numbers a packet beyond the 16 bits of RTP', () => {
  expect(numberOf(numberedPacket(70_000))).toBe(70_000)
})

it('finds the number behind a header extension', () => {
  const packet = numberedPacket(5)
  packet[0] = 0x90
  const extended = Buffer.concat([
    packet.subarray(0, 12),
    Buffer.from('1000000100000000', 'hex'),
    packet.subarray(12),
  ])
  expect(numberOf(extended)).toBe(5)
})

it('takes RTCP for no packet', () => {
  expect(numberOf(Buffer.from(`80c80006${'00'.repeat(24)}`, 'hex'))).toBeUndefined()
})

function page(sequence: number, body: string): Buffer {
  const header = Buffer.alloc(28)
  header.write('OggS')
  header.writeUInt32LE(sequence, 18)
  header[26] = 1
  header[27] = body.length
  return Buffer.concat([header, Buffer.from(body)])
}

it('finds pages however the stream is cut', () => {
  const stream = Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), page(7, 'seven'), page(8, 'eight')])
  for (let cut = 1; cut < stream.length; cut++) {
    const seen: number[] = []
    const pages = new OggPages((sequence) => seen.push(sequence))
    pages.push(stream.subarray(0, cut))
    pages.push(stream.subarray(cut))
    expect(seen).toEqual([7, 8])
  }
})

it('asks a TURN server for a relayed address and reads it from the answer', () => {
  expect(allocate().toString('hex')).toMatch(/^000300082112a442[0-9a-f]{24}0019000411000000$/)
  // XOR-RELAYED-ADDRESS of 127.0.0.1:50000, behind another attribute with padding.
  const port = (50_000 ^ 0x2112).toString(16)
  const answer = Buffer.from(
    `010300182112a442${'00'.repeat(12)}8022000361626300001600080001${port}5e12a443`,
    'hex',
  )
  expect([isSuccess(answer), relayedPort(answer)]).toEqual([true, 50_000])
  expect(isSuccess(Buffer.from(`011300002112a442${'00'.repeat(12)}`, 'hex'))).toBe(false)
})

it('binds a channel to a port of this machine', () => {
  const bind = channelBind(50_000).toString('hex')
  expect(bind).toContain(`000c000440000000`)
  expect(bind).toContain(`001200080001${(50_000 ^ 0x2112).toString(16)}5e12a443`)
  expect(isChannelData(Buffer.from('400000026162', 'hex'))).toBe(true)
})
