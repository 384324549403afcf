import type HyperDHT from 'hyperdht'
import type { Address } from '../address.ts'
import { openDht, type NatClass } from '../dht-node.ts'
import { isStable, mappingOf, type MappingSample, type NatMapping } from './nat-mapping.ts'

/** What is being found out, for a line of progress. */
export type ExamineStep = 'socket' | 'dht' | 'mapping' | 'firewall' | 'stability'

export interface ExamineOptions {
  bootstrap?: readonly Address[] | undefined
  onStep?: (step: ExamineStep) => void
  /** How long the first answer may take, ms; default 6500. */
  readyTimeoutMs?: number
  /** Time between two looks at the mapping, ms; default 2000. */
  stabilityMs?: number
}

/** The way from this machine to the DHT, measured by its nodes' answers. */
export interface NetworkFindings {
  /** The bootstrap nodes are on this machine: there is no NAT between, whatever else stands before it. */
  readonly isLoopback: boolean
  /** To the first complete answer of the DHT, ms. */
  readonly bootstrapMs: number
  /** DHT nodes that answered. */
  readonly nodes: number
  readonly natClass: NatClass
  readonly mapping: NatMapping
  /** No packet of a node that was not written to came through to the port that serves. */
  readonly firewalled: boolean
  /** Port 0: each destination sees another one. */
  readonly publicAddress: Address | null
  /** The port outside is the one inside; null when it is not known. */
  readonly portPreserved: boolean | null
  /** The same nodes saw the same port again after `stabilityMs`; null when none answered twice. */
  readonly portStable: boolean | null
}

const STABILITY_MS = 2000
/** Asking the firewall takes longer than 4 s where nothing comes through. */
const FIREWALL_MS = 5000
const PING_MS = 3000
/** From the first to the last packet, however slowly answers come. */
const BUDGET_MS = 9500
const MAX_SAMPLES = 8

/**
 * Opens a node of its own and asks the DHT what it sees of it; within 10 s, whatever the network does.
 *
 * @throws SwarmError BIND_FAILED, NO_UDP, NO_DHT
 */
export async function examineNetwork(options: ExamineOptions = {}): Promise<NetworkFindings> {
  const { bootstrap, onStep, readyTimeoutMs, stabilityMs = STABILITY_MS } = options
  const untilMs = Date.now() + BUDGET_MS
  onStep?.('socket')
  const node = await openDht({ bootstrap, ...(readyTimeoutMs === undefined ? {} : { readyTimeoutMs }) })
  try {
    onStep?.('dht')
    const startedMs = Date.now()
    await node.ready()
    const bootstrapMs = Date.now() - startedMs
    const { dht } = node
    onStep?.('mapping')
    // The socket that asks is chosen by this flag.
    const localPort = (dht.firewalled ? dht.io.clientSocket : dht.io.serverSocket)?.address()?.port ?? 0
    const hosts = dht.io.networkInterfaces.interfaces.map(({ host }) => host)
    const before = await sample(dht, bootstrap, untilMs)
    onStep?.('stability')
    const later = sleep(stabilityMs).then(() => sample(dht, bootstrap, untilMs))
    if (dht.firewalled) onStep?.('firewall')
    const leftMs = Math.min(FIREWALL_MS, untilMs - Date.now())
    // HyperDHT asks this only when it thinks of becoming a node that others rely on.
    // oxlint-disable-next-line no-underscore-dangle
    const closed = dht.firewalled && within(leftMs, dht._checkIfFirewalled(), true)
    const [after, firewalled] = await Promise.all([later, closed])
    const mapping = mappingOf(before, { hosts, port: localPort })
    const address = node.publicAddress()
    const seen = before[0]?.seen
    return {
      isLoopback: node.isLoopback,
      bootstrapMs,
      nodes: before.length,
      natClass: natClassOf(firewalled, mapping),
      mapping,
      firewalled,
      publicAddress: address,
      portPreserved: seen === undefined ? null : before.every((each) => each.seen.port === localPort),
      portStable: isStable(before, after) ?? null,
    }
  } finally {
    await within(1000, node.close(), undefined)
  }
}

function natClassOf(firewalled: boolean, mapping: NatMapping): NatClass {
  if (!firewalled) return 'open'
  switch (mapping) {
    case 'none':
    case 'endpoint-independent':
      return 'consistent'
    case 'address-dependent':
    case 'address-and-port-dependent':
      return 'random'
    case 'unknown':
      return 'unknown'
  }
}

/** Where the nodes that are known see us, each asked once from the same socket. */
async function sample(
  dht: HyperDHT,
  bootstrap: readonly Address[] | undefined,
  untilMs: number,
): Promise<MappingSample[]> {
  const ms = Math.min(PING_MS, untilMs - Date.now())
  const known = [...dht.toArray({ limit: MAX_SAMPLES }), ...(bootstrap ?? [])]
  const asked = known.filter(
    ({ host, port }, i) => known.findIndex((other) => other.host === host && other.port === port) === i,
  )
  const answers = asked.slice(0, MAX_SAMPLES).map(async (to): Promise<MappingSample | undefined> => {
    const reply = await within(
      ms,
      dht.ping(to).catch(() => undefined),
      undefined,
    )
    return reply && { asked: to, seen: reply.to }
  })
  return (await Promise.all(answers)).filter((answer) => answer !== undefined)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function within<T>(ms: number, promise: Promise<T>, otherwise: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<T>((resolve) => (timer = setTimeout(resolve, ms, otherwise)))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
