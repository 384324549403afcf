import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from '../ip/address.ts'
import type { EndpointDependence, PortAllocation } from '../nat/config.ts'
import { ProbeSocket } from './probe-socket.ts'

/** Two public addresses and two ports on each. */
export interface ProbeServers {
  addresses: readonly [string, string]
  ports: readonly [number, number]
}

/** What a host can find out about what stands between it and the Internet. */
export interface NatReport {
  /** False on a public host. */
  translated: boolean
  mapping: EndpointDependence
  filtering: EndpointDependence
  /** A hint, from a few bindings. */
  portAllocation: PortAllocation
  hairpinning: boolean
  /** A binding lived this long unused, and was gone after the other time (if one was waited for that long). */
  bindingLifetime: { atLeastMs: number; atMostMs?: number }
  /** Which packets keep a binding alive; absent if its lifetime is not known. */
  refresh?: 'outbound' | 'both'
}

export interface DiscoverOptions {
  /** Idle times to try, ascending; each takes a binding of its own, all at once. */
  idleTimesMs: readonly number[]
}

/** Behaviour discovery after RFC 5780 §4: NATs answer by what passes them. */
export async function discover(servers: ProbeServers, options: DiscoverOptions): Promise<NatReport> {
  // First and alone: other bindings in between would spoil a sequence.
  const allocation = await portAllocation(servers)
  const [mapping, filtering, hairpinning] = await Promise.all([
    mappingBehaviour(servers),
    filteringBehaviour(servers),
    hairpins(servers),
  ])
  const lifetime = await bindingLifetime(servers, options.idleTimesMs)
  const refresh = await refreshDirection(servers, lifetime)
  const report = { ...allocation, mapping, filtering, hairpinning, bindingLifetime: lifetime }
  return refresh === undefined ? report : { ...report, refresh }
}

function serverAt(servers: ProbeServers, address: 0 | 1, port: 0 | 1): Endpoint {
  return { address: servers.addresses[address], port: servers.ports[port] }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port
}

/** Two fresh sockets, for as long as they are used. */
async function withSockets<T>(use: (one: ProbeSocket, other: ProbeSocket) => Promise<T>): Promise<T> {
  const sockets = [await ProbeSocket.open(), await ProbeSocket.open()] as const
  try {
    return await use(...sockets)
  } finally {
    for (const socket of sockets) socket.close()
  }
}

const ALLOCATIONS = 6

/** Whether internal ports are kept, or external ones counted up. */
async function portAllocation(
  servers: ProbeServers,
): Promise<Pick<NatReport, 'translated' | 'portAllocation'>> {
  const sockets: ProbeSocket[] = []
  try {
    const ports: { local: number; mapped: number }[] = []
    let address = ''
    for (let i = 0; i < ALLOCATIONS; i++) {
      const socket = await ProbeSocket.open()
      sockets.push(socket)
      const mapped = await socket.mappedTowards(serverAt(servers, 0, 0))
      ports.push({ local: socket.localPort, mapped: mapped.port })
      address = mapped.address
    }
    return { translated: !ownAddresses().includes(address), portAllocation: allocationOf(ports) }
  } finally {
    for (const socket of sockets) socket.close()
  }
}

function allocationOf(ports: readonly { local: number; mapped: number }[]): PortAllocation {
  if (ports.every(({ local, mapped }) => local === mapped)) return 'preserving'
  const steps = ports.slice(1).map(({ mapped }, i) => mapped - (ports[i]?.mapped ?? 0))
  const counted = steps.filter((step) => step >= 1 && step <= 4)
  // One step is large at the end of the port range.
  return counted.length >= steps.length - 1 ? 'sequential' : 'random'
}

/** RFC 5780 §4.3. */
async function mappingBehaviour(servers: ProbeServers): Promise<EndpointDependence> {
  return withSockets(async (socket) => {
    const first = await socket.mappedTowards(serverAt(servers, 0, 0))
    const otherAddress = await socket.mappedTowards(serverAt(servers, 1, 0))
    if (isSame(first, otherAddress)) return 'endpoint-independent'
    const otherPort = await socket.mappedTowards(serverAt(servers, 1, 1))
    return isSame(otherAddress, otherPort) ? 'address-dependent' : 'address-and-port-dependent'
  })
}

/** RFC 5780 §4.4, on a socket that never wrote to the addresses that are to answer. */
async function filteringBehaviour(servers: ProbeServers): Promise<EndpointDependence> {
  return withSockets(async (socket, witness) => {
    const server = serverAt(servers, 0, 0)
    await socket.mappedTowards(server)
    const admits = async (address: 0 | 1, port: 0 | 1): Promise<boolean> => {
      const mapped = await witness.mappedTowards(serverAt(servers, address, port))
      const change = { changeAddress: address === 1, changePort: port === 1 }
      return socket.doesReach(socket, server, { socket: witness, mapped }, change)
    }
    if (await admits(1, 1)) return 'endpoint-independent'
    return (await admits(0, 1)) ? 'address-dependent' : 'address-and-port-dependent'
  })
}

const HAIRPIN_TRIES = 3

/**
 * RFC 5780 §4.5: whether two sockets reach each other through their external endpoints. Both send, for the sake of
 * the filter. The way to the server and back is longer than the one around the NAT, so its answer ends the wait.
 *
 * Behind endpoint-dependent mapping and filtering together nothing can be seen: each packet comes from a new external
 * endpoint, which the other's filter does not know.
 */
async function hairpins(servers: ProbeServers): Promise<boolean> {
  return withSockets(async (a, b) => {
    const server = serverAt(servers, 0, 0)
    const aMapped = await a.mappedTowards(server)
    const bMapped = await b.mappedTowards(server)
    const id = crypto.randomUUID()
    for (let i = 0; i < HAIRPIN_TRIES; i++) {
      a.send({ kind: 'hairpin', id }, bMapped)
      b.send({ kind: 'hairpin', id }, aMapped)
      await Promise.all([a.mappedTowards(server), b.mappedTowards(server)])
    }
    return (await a.hasHeard(id)) || (await b.hasHeard(id))
  })
}

/**
 * RFC 5780 §4.6: after an idle time another socket asks the server to answer to the first one's external port. Times
 * are taken on the safe side, not assumed, so that a late timer does not give a wrong result.
 */
async function bindingLifetime(
  servers: ProbeServers,
  idleTimesMs: readonly number[],
): Promise<NatReport['bindingLifetime']> {
  const results = await Promise.all(
    idleTimesMs.map((idleMs) =>
      withSockets(async (socket, asker) => {
        const mapped = await socket.mappedTowards(serverAt(servers, 0, 0))
        await sleep(idleMs)
        const idledMs = performance.now() - mapped.beforeMs
        const isAlive = await isReached(servers, socket, mapped, asker)
        return { isAlive, idledMs: isAlive ? idledMs : performance.now() - mapped.afterMs }
      }),
    ),
  )
  const atLeastMs = Math.max(0, ...results.filter(({ isAlive }) => isAlive).map(({ idledMs }) => idledMs))
  const gone = results.filter(({ isAlive }) => !isAlive).map(({ idledMs }) => idledMs)
  return gone.length === 0 ? { atLeastMs } : { atLeastMs, atMostMs: Math.min(...gone) }
}

/** Whether the server's packet to an external endpoint still arrives at the socket that it belongs to. */
async function isReached(
  servers: ProbeServers,
  socket: ProbeSocket,
  mapped: Endpoint,
  asker: ProbeSocket,
): Promise<boolean> {
  const server = serverAt(servers, 0, 0)
  const witness = { socket: asker, mapped: await asker.mappedTowards(server) }
  return asker.doesReach(socket, server, witness, { responsePort: mapped.port })
}

const REFRESH_TRIES = 4

/**
 * Whether packets from outside alone keep a binding alive for longer than it lives unused. Inconclusive, and tried
 * again, when this process was held up for so long that the binding may have died between two of them.
 */
async function refreshDirection(
  servers: ProbeServers,
  { atLeastMs, atMostMs }: NatReport['bindingLifetime'],
): Promise<NatReport['refresh']> {
  if (atMostMs === undefined) return undefined
  for (let i = 0; i < REFRESH_TRIES; i++) {
    const refresh = await withSockets(async (socket, asker) => {
      const mapped = await socket.mappedTowards(serverAt(servers, 0, 0))
      let reachedMs = mapped.afterMs
      let sentMs = 0
      while (sentMs < mapped.beforeMs + atMostMs) {
        await sleep(atLeastMs * 0.4)
        sentMs = performance.now()
        if (!(await isReached(servers, socket, mapped, asker)))
          return performance.now() - reachedMs < atLeastMs ? 'outbound' : undefined
        reachedMs = sentMs
      }
      return 'both'
    })
    if (refresh !== undefined) return refresh
  }
  return undefined
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries = []) => entries.map(({ address }) => address))
}
