import type { Random } from '../random.ts'
import type { EndpointDependence, NatBehaviour } from './config.ts'
import { PortAllocator } from './ports.ts'

const MAX_BINDINGS = 16_384
/** Remotes that one binding may have sent to; a birthday punch tries about 1750 ports. */
const MAX_PERMISSIONS = 8192

/** An external port that stands for an internal endpoint: a mapping, and the permissions that its filter has. */
export interface Binding {
  readonly internalAddress: number
  readonly internalPort: number
  readonly externalPort: number
  readonly remoteKey: number
  /** The last packet that refreshed the mapping. */
  refreshedMs: number
  /** Remotes (as the filter tells them apart) that were sent to, and when last. */
  readonly permissions: Map<number, number>
}

/** An IPv4 endpoint as one exact number of 48 bits. */
function endpointKey(address: number, port: number): number {
  return address * 0x1_0000 + port
}

/** The part of a remote endpoint that a behaviour looks at. */
function dependenceKey(dependence: EndpointDependence, address: number, port: number): number {
  switch (dependence) {
    case 'endpoint-independent':
      return 0
    case 'address-dependent':
      return address
    case 'address-and-port-dependent':
      return endpointKey(address, port)
  }
}

/** The bindings of one NAT for one protocol: found from inside by mapping key, from outside by port. Bounded. */
export class BindingTable {
  readonly #behaviour: NatBehaviour
  readonly #ports: PortAllocator
  readonly #byInternal = new Map<number, Map<number, Binding>>()
  readonly #byPort = new Map<number, Binding>()
  readonly #perHost = new Map<number, number>()
  #nextSweepMs = 0

  constructor(behaviour: NatBehaviour, random: Random) {
    this.#behaviour = behaviour
    this.#ports = new PortAllocator(behaviour.portAllocation, random, (port) => this.#byPort.has(port))
  }

  /** How many bindings are held, expired ones that no packet has met yet included. */
  get size(): number {
    return this.#byPort.size
  }

  /** A packet goes out: find or make its binding, refresh it (REQ-6) and let the remote answer. */
  useOutbound(
    address: number,
    port: number,
    remote: number,
    remotePort: number,
    nowMs: number,
  ): Binding | undefined {
    this.#sweep(nowMs)
    const remoteKey = dependenceKey(this.#behaviour.mapping, remote, remotePort)
    const internal = endpointKey(address, port)
    const found = this.#byInternal.get(internal)?.get(remoteKey)
    const binding =
      found !== undefined && this.#isAlive(found, nowMs)
        ? found
        : this.#create(address, port, remoteKey, nowMs)
    if (binding === undefined) return undefined
    binding.refreshedMs = nowMs
    this.#permit(binding, remote, remotePort, nowMs)
    return binding
  }

  /** The live binding of an external port; nothing is refreshed. */
  atPort(externalPort: number, nowMs: number): Binding | undefined {
    const binding = this.#byPort.get(externalPort)
    if (binding === undefined || this.#isAlive(binding, nowMs)) return binding
    this.#remove(binding)
    return undefined
  }

  /** The live binding through which an internal endpoint talks to a remote one; nothing is refreshed. */
  ofInternal(
    address: number,
    port: number,
    remote: number,
    remotePort: number,
    nowMs: number,
  ): Binding | undefined {
    const remoteKey = dependenceKey(this.#behaviour.mapping, remote, remotePort)
    const binding = this.#byInternal.get(endpointKey(address, port))?.get(remoteKey)
    return binding !== undefined && this.#isAlive(binding, nowMs) ? binding : undefined
  }

  /** Whether the filter lets this remote in through the binding (RFC 4787 §5). */
  admits(binding: Binding, remote: number, remotePort: number, nowMs: number): boolean {
    if (this.#behaviour.filtering === 'endpoint-independent') return true
    const permitted = binding.permissions.get(dependenceKey(this.#behaviour.filtering, remote, remotePort))
    return permitted !== undefined && !this.#isOver(permitted, nowMs)
  }

  /** A packet came in through the binding: with inbound refresh it counts as use (REQ-6a). */
  useInbound(binding: Binding, remote: number, remotePort: number, nowMs: number): void {
    if (this.#behaviour.refresh !== 'both') return
    binding.refreshedMs = nowMs
    this.#permit(binding, remote, remotePort, nowMs)
  }

  /** Forget everything; after `reboot` the ports in use now are not given out again until the next one. */
  clear(reboot: boolean): void {
    this.#ports.retire(reboot ? this.#byPort.keys() : [])
    this.#byInternal.clear()
    this.#byPort.clear()
    this.#perHost.clear()
  }

  #permit(binding: Binding, remote: number, remotePort: number, nowMs: number): void {
    if (this.#behaviour.filtering === 'endpoint-independent') return
    const key = dependenceKey(this.#behaviour.filtering, remote, remotePort)
    const { permissions } = binding
    if (permissions.size >= MAX_PERMISSIONS && !permissions.has(key)) {
      // The first key is the one that was first sent to.
      for (const oldest of permissions.keys()) {
        permissions.delete(oldest)
        break
      }
    }
    permissions.set(key, nowMs)
  }

  #create(address: number, port: number, remoteKey: number, nowMs: number): Binding | undefined {
    const internal = endpointKey(address, port)
    const stale = this.#byInternal.get(internal)?.get(remoteKey)
    if (stale !== undefined) this.#remove(stale)
    const { maxBindings = MAX_BINDINGS, maxBindingsPerHost = maxBindings } = this.#behaviour
    const held = this.#perHost.get(address) ?? 0
    if (this.#byPort.size >= maxBindings || held >= maxBindingsPerHost) return undefined
    const externalPort = this.#ports.choose(port)
    if (externalPort === undefined) return undefined
    const binding: Binding = {
      internalAddress: address,
      internalPort: port,
      externalPort,
      remoteKey,
      refreshedMs: nowMs,
      permissions: new Map(),
    }
    this.#byPort.set(externalPort, binding)
    this.#perHost.set(address, held + 1)
    const siblings = this.#byInternal.get(internal)
    if (siblings === undefined) this.#byInternal.set(internal, new Map([[remoteKey, binding]]))
    else siblings.set(remoteKey, binding)
    return binding
  }

  #remove(binding: Binding): void {
    const internal = endpointKey(binding.internalAddress, binding.internalPort)
    const siblings = this.#byInternal.get(internal)
    siblings?.delete(binding.remoteKey)
    if (siblings?.size === 0) this.#byInternal.delete(internal)
    this.#byPort.delete(binding.externalPort)
    const held = (this.#perHost.get(binding.internalAddress) ?? 1) - 1
    if (held === 0) this.#perHost.delete(binding.internalAddress)
    else this.#perHost.set(binding.internalAddress, held)
  }

  /** Now and then, so that what nobody uses any more does not pile up. */
  #sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs) return
    this.#nextSweepMs = nowMs + Math.max(1000, this.#behaviour.bindingLifetimeMs / 4)
    for (const binding of this.#byPort.values()) {
      if (!this.#isAlive(binding, nowMs)) this.#remove(binding)
      else
        for (const [key, permittedMs] of binding.permissions)
          if (this.#isOver(permittedMs, nowMs)) binding.permissions.delete(key)
    }
  }

  #isAlive(binding: Binding, nowMs: number): boolean {
    return !this.#isOver(binding.refreshedMs, nowMs)
  }

  #isOver(sinceMs: number, nowMs: number): boolean {
    return nowMs - sinceMs >= this.#behaviour.bindingLifetimeMs
  }
}
