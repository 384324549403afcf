import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileHeader, packetBlock } from './pcapng.ts'
import { readPcapng } from './read-pcapng.ts'
import { udp } from '../testing/packets.ts'
import { skipWithout } from '../tun/testing/requirements.ts'

test('what was written is read back by the rules of the format', () => {
  const packets = fc.array(
    fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 1600 }),
      unixMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
      direction: fc.constantFrom('in', 'out'),
    }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(packets, fc.string({ maxLength: 20 }), (written, name) => {
      const blocks = written.map(({ bytes, unixMs, direction }) => packetBlock(bytes, unixMs, direction))
      const file = Buffer.concat([fileHeader('eth0', name), ...blocks])
      const read = readPcapng(file)
      expect(read.linkType).toBe(101)
      expect(read.interfaceName).toBe('eth0')
      expect(read.description).toBe(name)
      expect(read.packets).toEqual(written)
    }),
  )
})

test('tcpdump reads it', (context) => {
  const isHere = spawnSync('tcpdump', ['--version']).error === undefined
  skipWithout(context, isHere ? undefined : 'there is no tcpdump')
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-pcap-'))
  try {
    const file = join(folder, 'host.pcapng')
    const packet = udp('192.168.1.20:5000', '5.1.0.2:49737', { payload: new Uint8Array(5) })
    writeFileSync(
      file,
      Buffer.concat([fileHeader('eth0', 'host'), packetBlock(packet, 1_795_378_226_416.25, 'out')]),
    )
    const said = execFileSync('tcpdump', ['-nn', '-tt', '-r', file], { encoding: 'utf8', stdio: 'pipe' })
    expect(said).toMatch(/^1795378226\.416250 .*192\.168\.1\.20\.5000 > 5\.1\.0\.2\.49737: UDP, length 5/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
