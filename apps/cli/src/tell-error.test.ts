import { describe, expect, test } from 'vitest'
import type { ListenEvent } from '@pearcast/station'
import { OrderedStart, tellError } from './tell-error.ts'
import { Output } from './terminal/output.ts'
import { listenEvents } from './testing/samples.ts'
import { FakeScreen } from './testing/screen.ts'

function outputOf(logLevel: 'info' | 'debug' = 'info') {
  const [stdout, stderr] = [new FakeScreen(), new FakeScreen()]
  return {
    output: new Output({ json: true, logLevel, stdout, stderr, env: {}, nowMs: () => 1 }),
    stdout,
    stderr,
  }
}
const noUdp = Object.assign(new Error('No answer over UDP.'), { code: 'NO_UDP' })

describe('telling an error', () => {
  test('it is an event, a line and an exit code', () => {
    const { output, stdout, stderr } = outputOf()
    expect(tellError(noUdp, output)).toBe(4)
    expect(stdout.text).toBe('{"event":"error","t":1,"code":"NO_UDP","message":"No answer over UDP."}\n')
    expect(stderr.text).toBe('error: No answer over UDP.\n')
  })

  test('it is told once, however often it comes by', () => {
    const { output, stdout } = outputOf()
    tellError(noUdp, output)
    expect(tellError(noUdp, output)).toBe(4)
    expect(stdout.text.split('\n')).toHaveLength(2)
  })

  test('only a fault of ours has a stack, and only for those who debug', () => {
    const told = (error: Error, level: 'info' | 'debug'): string => {
      const { output, stderr } = outputOf(level)
      tellError(error, output)
      return stderr.text
    }
    expect(told(new TypeError('x is undefined'), 'info')).toMatch(
      /^error: x is undefined .*please report.*\n$/,
    )
    expect(told(new TypeError('x is undefined'), 'debug')).toContain('    at ')
    expect(told(noUdp, 'debug')).not.toContain('    at ')
  })
})

describe('the start of a station or a listener', () => {
  function ordered() {
    const { output, stdout } = outputOf()
    const start = new OrderedStart<ListenEvent>((event) => output.event(event), output)
    const names = (): string[] =>
      [...stdout.text.matchAll(/"event":"([\w-]+)"/g)].map((match) => match[1] ?? '')
    return { start, names }
  }

  test('that fails tells the error before the end', async () => {
    const { start, names } = ordered()
    const failing = start.start(
      () => {
        start.take(listenEvents.searching)
        start.take(listenEvents.ended)
        return Promise.reject(noUdp)
      },
      () => false,
    )
    await expect(failing).rejects.toBe(noUdp)
    expect(names()).toEqual(['searching', 'error', 'ended'])
  })

  test('that fails because we are leaving is no failure', async () => {
    const { start, names } = ordered()
    await start.start(
      () => {
        start.take(listenEvents.ended)
        return Promise.reject(new Error('closed'))
      },
      () => true,
    )
    expect(names()).toEqual(['ended'])
  })

  test('that works lets every event pass', async () => {
    const { start, names } = ordered()
    await start.start(
      () => Promise.resolve(),
      () => false,
    )
    start.take(listenEvents['first-audio'])
    start.take(listenEvents.ended)
    expect(names()).toEqual(['first-audio', 'ended'])
  })
})
