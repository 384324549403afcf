import { describe, expect, test } from 'vitest'
import { PortAllocator } from './ports.ts'

const free = (): boolean => false

describe('sequential ports', () => {
  test('go on where they were, also when earlier ones are free again', () => {
    const ports = new PortAllocator('sequential', () => 0, free)
    expect([1, 2, 3].map((port) => ports.choose(port + 4000))).toEqual([1024, 1025, 1026])
  })

  test('begin again at 1024 after the last one', () => {
    const ports = new PortAllocator('sequential', () => 1 - 2 ** -32, free)
    expect([1, 2, 3].map((port) => ports.choose(port + 4000))).toEqual([65_535, 1024, 1025])
  })
})

test('when all ports of a range are taken there is none, and the last free one is found', () => {
  for (const policy of ['preserving', 'sequential', 'random'] as const) {
    const taken = new Set(Array.from({ length: 65_536 }, (_, port) => port))
    const ports = new PortAllocator(
      policy,
      () => 0.5,
      (port) => taken.has(port),
    )
    expect(ports.choose(5000)).toBeUndefined()
    expect(ports.choose(80)).toBeUndefined()
    for (const port of [1024, 65_535, 30_001]) {
      taken.delete(port)
      expect([policy, ports.choose(5000)]).toEqual([policy, port])
      expect(ports.choose(80)).toBeUndefined()
      taken.add(port)
    }
  }
})
