import { EventEmitter } from 'node:events'
import { DatagramOpener, LIMITS } from '@pearcast/protocol'
import { expect, test } from 'vitest'
import { DatagramPort, type DatagramTransport } from './datagram-port.ts'
import { randomBytes } from './random.ts'
import { sodium } from './test-kit.ts'

/** A UDX stream whose socket is writable or not; what it cannot write it keeps by reference, as udx does. */
class FakeStream extends EventEmitter implements DatagramTransport {
  readonly written: Uint8Array[] = []
  readonly kept: Uint8Array[] = []
  writable = true

  trySend(datagram: Uint8Array): void {
    if (this.writable) {
      this.written.push(datagram.slice())
    } else {
      this.kept.push(datagram)
    }
  }

  get unsent(): number {
    return this.kept.length
  }

  drain(): void {
    this.written.push(...this.kept.splice(0))
  }
}

function open(): { raw: FakeStream; port: DatagramPort; opener: DatagramOpener } {
  const [raw, localKey, remoteKey] = [new FakeStream(), randomBytes(32), randomBytes(32)]
  const { maxDatagramBytes } = LIMITS
  const port = new DatagramPort({ raw, sodium, localKey, remoteKey, maxDatagramBytes })
  return { raw, port, opener: new DatagramOpener(sodium, localKey) }
}

test('a datagram that has to wait for the socket is not overwritten by the next ones', () => {
  const { raw, port, opener } = open()
  raw.writable = false
  for (let i = 1; i <= 10; i++) port.send(new Uint8Array(50).fill(i))
  raw.drain()
  raw.writable = true
  port.send(new Uint8Array(50).fill(11))
  const opened = raw.written.map((sealed) => opener.open(sealed)?.[0])
  expect(opened).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('a peer whose socket never becomes writable costs a bounded number of datagrams', () => {
  const { raw, port } = open()
  raw.writable = false
  const sent = Array.from({ length: 200 }, () => port.send(new Uint8Array(50).fill(1)))
  expect(sent.filter(Boolean)).toHaveLength(65)
  expect(port.stats()).toMatchObject({ datagramsSent: 65, datagramsDropped: 135 })
  expect(raw.kept).toHaveLength(65)
})

test('a smaller limit of the peer holds', () => {
  const raw = new FakeStream()
  const port = new DatagramPort({
    raw,
    sodium,
    localKey: randomBytes(32),
    remoteKey: randomBytes(32),
    maxDatagramBytes: 600,
  })
  expect(port.maxPlaintextBytes).toBe(600 - LIMITS.sealOverheadBytes)
  expect(port.send(new Uint8Array(port.maxPlaintextBytes))).toBe(true)
  expect(raw.written[0]).toHaveLength(600)
})

test('a closed port neither sends nor listens', () => {
  const { raw, port } = open()
  port.close()
  expect(port.send(new Uint8Array(1))).toBe(false)
  expect(raw.listenerCount('message')).toBe(0)
})
