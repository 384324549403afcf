import binding from 'udx-native/binding.js'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { ControlMessage } from '@pearcast/protocol'
import { LeanUdx, type LeanStream } from './lean-udx.ts'
import { createStation, TestNet, type TestAnnouncer, type TestStation, until } from './test-kit.ts'

let net: TestNet
let station: TestStation
let on: TestAnnouncer
beforeAll(async () => {
  net = await TestNet.start()
  station = createStation()
  on = await net.announce(station)
})
afterAll(() => net.close())

test('messages longer than what a connection reads at once, and many short ones, arrive whole and in order', async () => {
  const { link } = await net.prove(await net.node(), on.announcer.publicKey, station.link)
  const child = await until(() => on.links.at(-1), 'the child')
  const got: ControlMessage[] = []
  child.onControl = (message) => got.push(message)
  const long = (n: number): ControlMessage => ({
    type: 'signal',
    session: n,
    signal: { kind: 'offer', sdp: String.fromCharCode(97 + (n % 26)).repeat(15_000) },
  })
  const sent: ControlMessage[] = []
  for (let n = 0; n < 3; n++) sent.push(long(n), ...short(40 * n), long(n + 7))
  for (const message of sent) link.send(message)
  await until(() => got.length === sent.length, 'all messages')
  expect(got).toEqual(sent)
})

test('a datagram has left when the call returns, while the socket takes it', async () => {
  const [one, two] = streams()
  const got: unknown[] = []
  two.on('message', (datagram: Uint8Array) => got.push(datagram[0]))
  const datagram = new Uint8Array(1)
  for (let i = 0; i < 20; i++) {
    datagram[0] = i
    one.trySend(datagram)
    expect(one.unsent).toBe(0)
  }
  await until(() => got.length === 20, 'all datagrams')
  expect(got).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('what a full socket has not sent yet keeps its request until it has', () => {
  const [one, two] = streams()
  const kept: { request: Uint8Array; id: number }[] = []
  const full = vi.spyOn(binding, 'udx_napi_stream_send')
  full.mockImplementation((_stream, request, id) => kept.push({ request, id }))
  for (const stream of [one, two, one]) stream.trySend(new Uint8Array(5))
  full.mockRestore()
  one.trySend(new Uint8Array(5))
  expect(new Set(kept.map(({ request }) => request)).size).toBe(3)
  expect([one.unsent, two.unsent]).toEqual([2, 1])
  const [first, second, third] = kept.map(({ id }) => id)
  udxSent(one, first)
  udxSent(two, second)
  expect([one.unsent, two.unsent]).toEqual([1, 0])
  udxSent(one, third)
  expect(one.unsent).toBe(0)
})

/** As udx does when the socket has become writable. */
function udxSent(stream: LeanStream, id = -1): void {
  // oxlint-disable-next-line no-underscore-dangle
  stream._onsend(id, 0)
}

/** Two ends of a connection without a handshake. */
function streams(): [LeanStream, LeanStream] {
  const udx = new LeanUdx()
  const sockets = [udx.createSocket(), udx.createSocket()] as const
  for (const socket of sockets) socket.bind(0, '127.0.0.1')
  const ends: [LeanStream, LeanStream] = [udx.createStream(1), udx.createStream(2)]
  ends[0].connect(sockets[0], 2, sockets[1].address().port, '127.0.0.1')
  ends[1].connect(sockets[1], 1, sockets[0].address().port, '127.0.0.1')
  onTestFinished(async () => {
    for (const end of ends) end.destroy()
    await Promise.all(sockets.map((socket) => socket.close()))
  })
  return ends
}

function short(from: number): ControlMessage[] {
  return Array.from({ length: 40 }, (_, i) => ({ type: 'ping', id: from + i, t0Us: 5 }))
}
