import { createSocket, type Socket } from 'node:dgram'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lab, ROOT, type Pearcast } from './testing/pearcast.ts'

const MAIN = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const CLOCK_STEP = join(ROOT, 'tests', 'src', 'testing', 'clock-step.ts')
let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

function framesPlayed(listener: Pearcast): number {
  return Number(listener.of('stats').at(-1)?.['framesPlayed'] ?? 0)
}

async function playsOn(listener: Pearcast, frames = 100, withinMs = 20_000): Promise<void> {
  const from = listener.events.length
  const before = framesPlayed(listener)
  const isOn = (event: { event: string }): boolean =>
    event.event === 'stats' && framesPlayed(listener) >= before + frames
  await listener.until(isOn, withinMs, from)
}

test('too few files for all: those who listen go on, newcomers wait with a reason, and get in when others leave', async () => {
  const limited = ['-c', 'ulimit -n 44; exec "$@"', 'sh', process.execPath, MAIN]
  const broadcaster = lab.runOther('sh', [
    ...limited,
    'broadcast',
    'tone',
    '--json',
    '--bootstrap',
    lab.bootstrap,
  ])
  const link = String((await broadcaster.until('on-air'))['link'])
  const listeners: Pearcast[] = []
  // More than there is room for, whatever the platform opens by itself.
  while (broadcaster.of('error').length === 0 && listeners.length < 12) {
    const listener = lab.listen(link, '--output', 'null')
    listeners.push(listener)
    await Promise.race([listener.until('first-audio', 20_000), listener.until('error', 20_000)])
  }
  expect(broadcaster.of('error').at(-1)).toMatchObject({ code: 'FILES_EXHAUSTED' })
  const refused = listeners.at(-1)
  const [first, ...others] = listeners.slice(0, -1)
  if (first === undefined || refused === undefined) throw new Error('not even one was let in')
  expect(String((await refused.until('error'))['message'])).toContain('Trying again')
  for (const listener of [first, ...others]) await playsOn(listener)
  await Promise.all(others.map((listener) => listener.stop()))
  await refused.until('first-audio', 30_000)
  await playsOn(first)
}, 120_000)

test('a clock that is set, forward and back: no gap, no other term, and a second encoder is still noticed', async () => {
  const preloaded = ['--import', CLOCK_STEP, MAIN]
  const common = ['--json', '--bootstrap', lab.bootstrap]
  const broadcaster = lab.runOther(process.execPath, [...preloaded, 'broadcast', 'tone', ...common])
  const link = String((await broadcaster.until('on-air'))['link'])
  const listener = lab.runOther(process.execPath, [
    ...preloaded,
    'listen',
    link,
    '--output',
    'null',
    ...common,
  ])
  await listener.until('first-audio')
  for (const byMs of [3_600_000, -5_400_000]) {
    const from = [broadcaster.events.length, listener.events.length] as const
    for (const each of [broadcaster, listener]) each.child.kill('SIGUSR2')
    const isSet = (event: { event: string }): boolean => event.event === 'clock-set'
    const told = [
      await broadcaster.until(isSet, 15_000, from[0]),
      await listener.until(isSet, 15_000, from[1]),
    ]
    for (const event of told) expect(Math.abs(Number(event['byMs']) - byMs)).toBeLessThan(2000)
    await playsOn(listener)
  }
  const gaps = listener.of('gap').map(({ ms }) => Number(ms))
  // A busy machine makes gaps of its own; an hour's is none of them.
  expect(Math.max(0, ...gaps)).toBeLessThan(5000)

  await lab.broadcast('tone')
  expect(await broadcaster.exited, broadcaster.stderr).toBe(1)
  expect(broadcaster.of('error').at(-1)).toMatchObject({ code: 'SUPERSEDED' })
}, 90_000)

test.each([
  ['slow', -10_800_000],
  ['fast', 95 * 86_400_000],
])(
  'a listener whose clock is far too %s is told so, not that the station is an impostor or absent',
  async (_, offsetMs) => {
    const { link } = await lab.broadcast('tone')
    const args = [
      `CLOCK_OFFSET_MS=${offsetMs}`,
      process.execPath,
      '--import',
      CLOCK_STEP,
      MAIN,
      'listen',
      link,
    ]
    const listener = lab.runOther('env', [
      ...args,
      '--output',
      'null',
      '--json',
      '--bootstrap',
      lab.bootstrap,
    ])
    const error = await listener.until('error', 20_000)
    expect(error).toMatchObject({
      code: 'STATION_CLOCK',
      message: expect.stringMatching(/check the one here first/),
    })
  },
)

describe.each(['broadcaster', 'listener'] as const)('the %s is stopped for a while, as by sleep', (role) => {
  test('it says so, and the audio is back', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    const sleeper = role === 'broadcaster' ? broadcaster : listener
    sleeper.child.kill('SIGSTOP')
    await sleep(6000)
    sleeper.child.kill('SIGCONT')
    const resumed = await sleeper.until('resumed')
    expect(Number(resumed['pausedMs'])).toBeGreaterThan(3000)
    await playsOn(listener)
  }, 60_000)
})

describe('leaving', () => {
  test('Ctrl-C at the broadcaster tells the listeners, who wait for it', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    const from = listener.events.length
    expect(await broadcaster.stop('SIGINT')).toBe(130)
    const told = await listener.until('off-air', 15_000, from)
    // Who is not told notices by silence, and dials first.
    const before = listener.events.slice(from, listener.events.indexOf(told))
    expect(before.map(({ event }) => event)).not.toContain('reconnecting')
  })

  test('a second Ctrl-C does not wait for anybody', async () => {
    const dht = lab.runOther(process.execPath, [MAIN, 'dht', '--json'])
    const bootstrap = String((await dht.until('dht-ready'))['bootstrap'])
    const args = ['broadcast', 'tone', '--json', '--log-level', 'info', '--bootstrap', bootstrap]
    const broadcaster = lab.runOther(process.execPath, [MAIN, ...args])
    await broadcaster.until('on-air')
    // With a DHT that does not answer, a clean end takes seconds.
    dht.child.kill('SIGSTOP')
    broadcaster.child.kill('SIGINT')
    while (!broadcaster.stderr.includes('Ctrl-C again')) await sleep(20)
    broadcaster.child.kill('SIGINT')
    expect(await broadcaster.exited).toBe(130)
    expect(broadcaster.of('ended')).toEqual([])
  })

  test('a listener that is killed is missed, and the others are not bothered', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const [victim, other] = [lab.listen(link, '--output', 'null'), lab.listen(link, '--output', 'null')]
    await Promise.all([victim.until('first-audio'), other.until('first-audio')])
    victim.child.kill('SIGKILL')
    expect(await broadcaster.until('listener-left', 40_000)).toMatchObject({ id: expect.any(String) })
    await playsOn(other)
  }, 60_000)
})

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
