import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ControlMessage } from '@pearcast/protocol'
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

function short(from: number): ControlMessage[] {
  return Array.from({ length: 40 }, (_, i) => ({ type: 'ping', id: from + i, t0Us: 5 }))
}
