import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type PrivateDht, startPrivateDht } from '@pearcast/swarm'
import type { RtcStack } from '@pearcast/rtc'
import type { DgramReceiver, DgramSender } from '../endpoints/dgram.ts'
import type { SwarmReceiver } from '../endpoints/swarm-receiver.ts'
import type { UdxReceiver, UdxSender } from '../endpoints/udx.ts'
import type { WebrtcReceiver, WebrtcSender } from '../endpoints/webrtc.ts'
import { Endpoint } from '../process/calls.ts'
import { end, OTHERS_CORE, pidOf, SENDER_CORE, spawnPinned } from '../process/pinned.ts'
import type { Carrier } from './carrier.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const PEARCAST = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const SAMPLE = join(ROOT, 'samples', 'first-light.flac')
const AT_ONCE = 25

export async function openDgram(): Promise<Carrier> {
  const sender = new Endpoint<DgramSender>(SENDER_CORE, 'dgram-sender')
  const receiver = new Endpoint<DgramReceiver>(OTHERS_CORE, 'dgram-receiver')
  return {
    pid: pidOf(sender.child),
    join: async (count) => sender.call.to(await receiver.call.open(count)),
    ...counting(receiver),
    close: () => all(sender.close(), receiver.close()),
  }
}

export async function openUdx(name: 'udx' | 'sealed'): Promise<Carrier> {
  const dht = await startPrivateDht()
  const sender = new Endpoint<UdxSender>(SENDER_CORE, `${name}-sender`)
  const receiver = new Endpoint<UdxReceiver>(OTHERS_CORE, `${name}-receiver`)
  const key = await sender.call.listen(dht.bootstrap)
  return {
    pid: pidOf(sender.child),
    join: (count) => receiver.call.join(count, dht.bootstrap, key),
    ...counting(receiver),
    close: () => all(sender.close(), receiver.close(), dht.close()),
  }
}

export async function openSwarm(most: number): Promise<Carrier> {
  const dht = await startPrivateDht()
  const station = await startStation(dht, ['--max-listeners', String(most + 100)])
  const receiver = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
  await receiver.call.use(dht.bootstrap, station.link)
  return {
    pid: station.pid,
    join: async (count) => void (await receiver.call.join(count, AT_ONCE)),
    ...counting(receiver),
    close: () => all(receiver.close(), station.close(), dht.close()),
  }
}

export interface Station {
  readonly pid: number
  readonly link: string
  close(): Promise<void>
}

/**
 * The real program on air, on the core that is measured: it reads, encodes, signs and sends. Its profile is left in the
 * folder that PEARCAST_BENCH_PROFILE names.
 */
export async function startStation(dht: PrivateDht, args: readonly string[] = []): Promise<Station> {
  const home = mkdtempSync(join(tmpdir(), 'pearcast-bench-'))
  const bootstrap = dht.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  const options = ['--loop', '--json', '--path', 'swarm', '--bootstrap', bootstrap, ...args]
  const profile = process.env['PEARCAST_BENCH_PROFILE']
  const node = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile]
  const child = spawnPinned(
    SENDER_CORE,
    process.execPath,
    [...node, PEARCAST, 'broadcast', SAMPLE, ...options],
    {
      env: { ...process.env, PEARCAST_HOME: home, NO_COLOR: '1' },
    },
  )
  const link = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the broadcaster ended with ${code}`)))
    if (child.stdout === null) return reject(new Error('the broadcaster has no stdout'))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event: { event?: string; link?: string } = JSON.parse(line)
      if (event.event === 'on-air' && event.link !== undefined) resolve(event.link)
      if (event.event === 'error') console.error(line)
    })
  })
  return {
    pid: pidOf(child),
    link,
    close: async () => {
      await end(child, 'SIGTERM')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Only the transport: as many connections as are wanted, where a station gives WebRTC to 32. */
export async function openWebrtc(stack: RtcStack): Promise<Carrier> {
  const sender = new Endpoint<WebrtcSender>(SENDER_CORE, `webrtc-${stack}-sender`)
  const receiver = new Endpoint<WebrtcReceiver>(OTHERS_CORE, `webrtc-${stack}-receiver`)
  sender.onNews = (...[index, candidate, mid]: [number, string, string]) =>
    void receiver.call.candidate(index, candidate, mid)
  receiver.onNews = (...[index, candidate, mid]: [number, string, string]) =>
    void sender.call.candidate(index, candidate, mid)
  let count = 0
  return {
    pid: pidOf(sender.child),
    join: async (wanted) => {
      for (; count < wanted; count++) {
        const answer = await receiver.call.answer(await sender.call.offer())
        await sender.call.accept(count, answer)
      }
      await sender.call.connected(wanted)
    },
    ...counting(receiver),
    close: () => all(sender.close(), receiver.close()),
  }
}

/** The part of a carrier that its receivers do. */
export function counting(
  receiver: Endpoint<Pick<DgramReceiver, 'begin' | 'end'>>,
): Pick<Carrier, 'begin' | 'end'> {
  return { begin: () => receiver.call.begin(), end: () => receiver.call.end() }
}

export async function all(...closing: Promise<unknown>[]): Promise<void> {
  await Promise.all(closing)
}
