import { startPrivateDht } from '@pearcast/swarm'
import type { RtcStack } from '@pearcast/rtc'
import type { DgramReceiver, DgramSender } from '../endpoints/dgram.ts'
import type { SwarmReceiver } from '../endpoints/swarm-receiver.ts'
import type { UdxReceiver, UdxSender } from '../endpoints/udx.ts'
import type { WebrtcReceiver, WebrtcSender } from '../endpoints/webrtc.ts'
import { Endpoint } from '../process/calls.ts'
import { OTHERS_CORE, pidOf, SENDER_CORE } from '../process/pinned.ts'
import { startRelay, startStation } from '../process/pearcast.ts'
import type { Carrier } from './carrier.ts'

const AT_ONCE = 25

export async function openDgram(): Promise<Carrier> {
  const sender = new Endpoint<DgramSender>(SENDER_CORE, 'dgram-sender')
  const receiver = new Endpoint<DgramReceiver>(OTHERS_CORE, 'dgram-receiver')
  return {
    pid: pidOf(sender.child),
    join: async (count) => sender.call.to(await receiver.call.open(count)),
    rest: () => sender.call.to([]),
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
  const station = await startStation(dht, { args: ['--max-listeners', String(most + 100)] })
  const receiver = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
  await receiver.call.use(dht.bootstrap, station.link)
  return {
    pid: station.program.pid,
    join: async (count) => void (await receiver.call.join(count, AT_ONCE)),
    ...counting(receiver),
    close: () => all(receiver.close(), station.program.close(), dht.close()),
  }
}

/** Listeners of one relay, which is what is measured; the station has no other child. */
export async function openRelay(most: number): Promise<Carrier> {
  const dht = await startPrivateDht()
  const station = await startStation(dht, { core: OTHERS_CORE })
  const relay = await startRelay(dht, station.link, most + 10)
  const receiver = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
  await receiver.call.use(dht.bootstrap, station.link, relay.key)
  return {
    pid: relay.program.pid,
    join: async (count) => void (await receiver.call.join(count, AT_ONCE)),
    ...counting(receiver),
    close: () => all(receiver.close(), relay.program.close(), station.program.close(), dht.close()),
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
