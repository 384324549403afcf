import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sodium from 'sodium-universal'
import {
  fromHex,
  issueEncoderCertificate,
  issueSessionCertificate,
  keyPairFromSeed,
  type CertificateChain,
  type KeyPair,
  type StationLink,
} from '@pearcast/protocol'
import { ConnectionManager, openDht, parseBootstrap, type DhtNode, type PeerLink } from '@pearcast/swarm'
import type { CliEvent, Lab, Pearcast } from './pearcast.ts'

const DAY_S = 86_400

/** A DHT node of its own on the lab's DHT. */
export async function strangerNode(lab: Lab): Promise<DhtNode> {
  const node = await openDht({ bootstrap: parseBootstrap(lab.bootstrap) })
  await node.ready()
  return node
}

/** Somebody who has the link, and proves it; what he does then is the test's. */
export async function provenStranger(node: DhtNode, link: StationLink): Promise<Stranger> {
  const managers: ConnectionManager[] = []
  const open = await new Promise<PeerLink>((resolve) => {
    const manager = new ConnectionManager({ node, sodium, link, jitterMs: 0, onLink: resolve })
    managers.push(manager)
    manager.start()
  })
  return { link: open, stop: async () => void (await Promise.all(managers.map((each) => each.stop()))) }
}

export interface Stranger {
  readonly link: PeerLink
  stop(): Promise<void>
}

/** A run of a station: its chain and the key that it certifies. */
export interface Run {
  chain: CertificateChain
  sessionSecretKey: Uint8Array
}

/** Certified by the station's own keys, valid now, `ageS` before today's term. */
export function runOf(station: KeyPair, ageS = 0): Run {
  const nowS = Math.floor(Date.now() / 1000)
  const validity = { notBeforeS: nowS - 60, notAfterS: nowS + 3600 }
  const [encoder, session] = [randomKeyPair(), randomKeyPair()]
  const generation = 1
  const chain = {
    encoder: issueEncoderCertificate(sodium, station, {
      generation,
      encoderKey: encoder.publicKey,
      ...validity,
    }),
    session: issueSessionCertificate(sodium, encoder, {
      stationKey: station.publicKey,
      generation,
      term: nowS - ageS,
      sessionKey: session.publicKey,
      ...validity,
    }),
  }
  return { chain, sessionSecretKey: session.secretKey }
}

export const YESTERDAY_S: number = DAY_S

export function randomKeyPair(): KeyPair {
  return keyPairFromSeed(sodium, randomBytes(32))
}

/** The key of the lab's own station, as a thief of its file would have it. */
export async function stolenStationKey(lab: Lab): Promise<KeyPair> {
  const file = await readFile(lab.path(join('home', 'stations', 'default.json')), 'utf8')
  const { stationSeed }: { stationSeed: string } = JSON.parse(file)
  return keyPairFromSeed(sodium, fromHex(stationSeed))
}

/** A number that the last event of this kind tells. */
export function lastNumber(process: Pearcast, event: string, field: string): number {
  const value = process.of(event).at(-1)?.[field]
  return typeof value === 'number' ? value : Number.NaN
}

/** Statistics that were told after now: what was played until then is settled. */
export function nextStats(process: Pearcast): Promise<CliEvent> {
  return process.until(({ event }) => event === 'stats', 10_000, process.events.length)
}

/** Open file descriptors of a process; NaN where /proc does not tell. */
export async function descriptors(process: Pearcast): Promise<number> {
  const names = await readdir(`/proc/${process.child.pid}/fd`).catch(() => undefined)
  return names?.length ?? Number.NaN
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
