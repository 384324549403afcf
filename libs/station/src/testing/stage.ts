import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StationLink } from '@pearcast/protocol'
import { openDht, startPrivateDht, type DhtNode, type PrivateDht } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { BroadcastSession } from '../broadcaster/session.ts'
import { nowS } from '../clock.ts'
import { createToneStation } from './tone-station.ts'

/** A station on air over a private DHT, with nodes for those who are to meet there. */
export interface Stage {
  readonly link: StationLink
  /** A run of the same station, certified for now, that is older than the one on air. */
  readonly olderRun: BroadcastSession
  /** A DHT node that several peers may share. */
  node(): Promise<DhtNode>
  close(): Promise<void>
}

export async function openStage({ maxListeners }: { maxListeners: number }): Promise<Stage> {
  const dht = await startPrivateDht({ nodes: 4 })
  const folder = await mkdtemp(join(tmpdir(), 'pearcast-stage-'))
  const { broadcaster, identity, link } = await createToneStation(folder, dht.bootstrap, { maxListeners })
  await broadcaster.start()
  const olderRun = new BroadcastSession(sodium, { ...identity, term: nowS() - 86_400 })
  olderRun.certify(nowS())
  const nodes: DhtNode[] = []
  return {
    link,
    olderRun,
    node: () => openNode(dht, nodes),
    close: async () => {
      await broadcaster.stop()
      await Promise.allSettled(nodes.map((node) => node.close()))
      await dht.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function openNode(dht: PrivateDht, nodes: DhtNode[]): Promise<DhtNode> {
  const node = await openDht({ bootstrap: dht.bootstrap })
  nodes.push(node)
  await node.ready()
  return node
}
