/** Run by `src/process.test.ts`: what a process can be left with. */
import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { devNull } from 'node:os'
import { RtcError } from '../src/errors.ts'

const scenarios: Record<string, () => Promise<void>> = {
  /** Importing the library alone loads no native code. */
  async import() {
    const started = performance.now()
    await import('../src/index.ts')
    const ms = performance.now() - started
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) =>
      /datachannel|werift/.test(path),
    )
    console.log(JSON.stringify({ loaded, ms }))
  },

  /** All transports closed, nothing else called. */
  async closed() {
    const { connect, createPair } = await import('../src/testing/pair.ts')
    const pair = createPair()
    await connect(pair)
    pair.close()
  },

  /** The other side closed, ours was left alone. */
  async closedByPeer() {
    const { connect, createPair } = await import('../src/testing/pair.ts')
    const pair = createPair()
    await connect(pair)
    pair.sender.transport.close()
    await pair.receiver.until('closed')
  },

  /** The same with the other stack. */
  async weriftClosed() {
    const { connect, createPair } = await import('../src/testing/pair.ts')
    const pair = createPair({ channels: true }, undefined, ['werift', 'werift'])
    await connect(pair)
    pair.close()
  },

  /** A negotiation that nobody answers, given up. */
  async weriftUnanswered() {
    const { observe } = await import('../src/testing/pair.ts')
    const { transport } = observe({ stack: 'werift', role: 'sender', ssrc: 1 })
    await transport.createOffer()
    transport.close()
  },

  /** Everything still open at the end. */
  async cleanedUp() {
    const { connect, createPair, observe } = await import('../src/testing/pair.ts')
    const { closeRtc } = await import('../src/index.ts')
    const pair = createPair()
    await connect(pair)
    await observe({ role: 'sender', ssrc: 1 }).transport.createOffer()
    await observe({ stack: 'werift', role: 'sender', ssrc: 1 }).transport.createOffer()
    closeRtc()
    closeRtc()
  },

  /** Fewer and fewer free descriptors: an offer fails with a clear error, or succeeds. */
  async descriptors() {
    const { observe } = await import('../src/testing/pair.ts')
    const { closeRtc, rtcAvailable } = await import('../src/index.ts')
    rtcAvailable()
    const outcomes: string[] = []
    for (let free = 8; free >= 0; free--) {
      const { transport } = observe({ role: 'sender', ssrc: 1 })
      const held = holdAllBut(free)
      const outcome = transport.createOffer().then(
        () => 'offered',
        (error: unknown) => (error instanceof RtcError ? error.code : 'another error'),
      )
      outcomes.push(await outcome)
      for (const descriptor of held) closeSync(descriptor)
      transport.close()
    }
    console.log(JSON.stringify(outcomes))
    closeRtc()
  },
}

function holdAllBut(free: number): number[] {
  const held: number[] = []
  try {
    for (;;) held.push(openSync(devNull, 'r'))
  } catch {
    for (const descriptor of held.splice(0, free)) closeSync(descriptor)
    return held
  }
}

await scenarios[process.argv[2] ?? '']?.()
