import { createSocket, type Socket } from 'node:dgram'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lab, MAIN } from '../testing/pearcast.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

describe('no network', () => {
  let silent: Socket
  let address: string
  beforeEach(async () => {
    silent = createSocket('udp4')
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
    address = `127.0.0.1:${silent.address().port}`
  })
  afterEach(() => silent.close())

  test.each(['broadcast', 'listen'])(
    '%s where no UDP is answered: exit code 4, and what to do',
    async (command) => {
      const { broadcaster, link } = await lab.broadcast('tone')
      await broadcaster.stop()
      const [input, ...more] = command === 'listen' ? [link, '--output', 'null'] : ['tone']
      const args = [MAIN, command, input ?? '', ...more, '--json', '--bootstrap', address]
      const lost = lab.runOther(process.execPath, args)
      expect(await lost.exited).toBe(4)
      expect(lost.of('error').at(-1)).toMatchObject({
        code: 'NO_UDP',
        message: expect.stringMatching(/Start one with/),
      })
    },
    40_000,
  )

  test('a bootstrap node that keeps nothing: the station cannot be announced, exit code 4', async () => {
    silent.on('message', (request, { address: host, port }) =>
      silent.send(emptyReply(request, host, port), port, host),
    )
    const args = [MAIN, 'broadcast', 'tone', '--json', '--bootstrap', address]
    const lost = lab.runOther(process.execPath, args)
    expect(await lost.exited).toBe(4)
    expect(['ANNOUNCE_FAILED', 'RECORD_NOT_STORED']).toContain(lost.of('error').at(-1)?.['code'])
  }, 60_000)
})

/** What a DHT node says that knows nobody: the request's number, and the address it came from (dht-rpc, lib/io.js). */
function emptyReply(request: Buffer, host: string, port: number): Buffer {
  const reply = Buffer.alloc(10)
  reply[0] = 0x13
  request.copy(reply, 2, 2, 4)
  host.split('.').forEach((part, i) => reply.writeUInt8(Number(part), 4 + i))
  reply.writeUInt16LE(port, 8)
  return reply
}
