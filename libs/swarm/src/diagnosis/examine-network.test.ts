import { createSocket } from 'node:dgram'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startPrivateDht, type PrivateDht } from '../private-dht.ts'
import { examineNetwork, type ExamineStep } from './examine-network.ts'

describe('on a private DHT', () => {
  let dht: PrivateDht
  beforeEach(async () => {
    dht = await startPrivateDht()
  })
  afterEach(() => dht.close())

  test('nothing stands between: open, seen at our own port, every step told', async () => {
    const steps: ExamineStep[] = []
    const found = await examineNetwork({
      bootstrap: dht.bootstrap,
      stabilityMs: 50,
      onStep: (step) => steps.push(step),
    })
    expect(found).toMatchObject({
      isLoopback: true,
      natClass: 'open',
      mapping: 'none',
      firewalled: false,
      portPreserved: true,
      portStable: true,
    })
    expect(found.nodes).toBeGreaterThanOrEqual(4)
    expect(steps.slice(0, 4)).toEqual(['socket', 'dht', 'mapping', 'stability'])
  })
})

test('nobody there: told within the time it was given', async () => {
  const silent = createSocket('udp4')
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
  try {
    const bootstrap = [{ host: '127.0.0.1', port: silent.address().port }]
    await expect(examineNetwork({ bootstrap, readyTimeoutMs: 300 })).rejects.toMatchObject({ code: 'NO_UDP' })
  } finally {
    silent.close()
  }
})
