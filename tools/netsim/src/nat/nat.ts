import type { Random } from '../random.ts'
import { formatIpv4, parseIpv4 } from '../ip/address.ts'
import { PacketView, PROTOCOL } from '../ip/packet.ts'
import { setDestination, setSource } from '../ip/rewrite.ts'
import { BindingTable } from './bindings.ts'
import type { NatConfig, NatDrop, NatVerdict } from './config.ts'
import { FragmentTable } from './fragments.ts'
import { QuotedPacket } from './icmp.ts'

/**
 * A network address and port translator for UDP and ICMP over IPv4, of any behaviour that RFC 4787 can name.
 *
 * Packets are rewritten in place and change hands: what comes back is the buffer that was given. Time is the
 * caller's, in milliseconds that never run backwards. Which answer an ICMP error gets is RFC 5508's; TCP is
 * refused, as nothing of pearCast crosses a NAT over TCP (RFC 5382 would add connection tracking).
 */
export class Nat {
  readonly config: NatConfig
  readonly #udp: BindingTable
  readonly #queries: BindingTable
  readonly #fragments = new FragmentTable()
  readonly #quoted = new QuotedPacket()
  readonly #view = new PacketView()
  #public: number

  constructor(config: NatConfig, random: Random) {
    this.config = config
    this.#public = parseIpv4(config.publicAddress)
    this.#udp = new BindingTable(config, random)
    this.#queries = new BindingTable(config, random)
  }

  /** A packet from inside. Undefined if dropped; a hairpinned one comes back with an inside destination. */
  outbound(packet: Uint8Array, nowMs: number): Uint8Array | undefined {
    if (!this.#view.parse(packet) || this.#view.version !== 4) return undefined
    const verdict = this.translateOutbound(this.#view, nowMs)
    return verdict === 'forward' || verdict === 'hairpin' ? packet : undefined
  }

  /** A packet from outside. Undefined if dropped. */
  inbound(packet: Uint8Array, nowMs: number): Uint8Array | undefined {
    if (!this.#view.parse(packet) || this.#view.version !== 4) return undefined
    return this.translateInbound(this.#view, nowMs) === 'forward' ? packet : undefined
  }

  /** Forget all bindings, as a reboot does; the same internal endpoints get other ports afterwards. */
  rebind(): void {
    this.#udp.clear(true)
    this.#queries.clear(true)
    this.#fragments.clear()
  }

  /** A new address from the provider. Bindings of the old one are gone, as with a router whose line came back. */
  setPublicAddress(address: string): void {
    this.#public = parseIpv4(address)
    this.#udp.clear(false)
    this.#queries.clear(false)
    this.#fragments.clear()
  }

  get publicAddress(): string {
    return formatIpv4(this.#public)
  }

  /** As `publicAddress`, as a number. */
  get publicIpv4(): number {
    return this.#public
  }

  /** Bindings held, of UDP and of ICMP together. */
  get bindings(): number {
    return this.#udp.size + this.#queries.size
  }

  /** `outbound` for a packet that is parsed already: the hot path, without allocation but for a new binding. */
  translateOutbound(view: PacketView, nowMs: number): NatVerdict {
    switch (view.kind) {
      case 'udp':
        return this.#outbound(this.#udp, view, nowMs)
      case 'icmp-query':
        return this.#outbound(this.#queries, view, nowMs)
      case 'icmp-error':
        return this.#errorOutbound(view, nowMs)
      case 'fragment':
        return this.#fragmentOutbound(view, nowMs)
      case 'tcp':
      case 'other':
        return 'nat-protocol'
    }
  }

  /** `inbound` for a packet that is parsed already. */
  translateInbound(view: PacketView, nowMs: number): 'forward' | NatDrop {
    if (view.destination !== this.#public) return 'no-binding'
    switch (view.kind) {
      case 'udp':
        return this.#inbound(this.#udp, view, nowMs)
      case 'icmp-query':
        return this.#inbound(this.#queries, view, nowMs)
      case 'icmp-error':
        return this.#errorInbound(view, nowMs)
      case 'fragment':
        return this.#fragmentInbound(view, nowMs)
      case 'tcp':
      case 'other':
        return 'nat-protocol'
    }
  }

  #outbound(table: BindingTable, view: PacketView, nowMs: number): NatVerdict {
    const { source, sourcePort, destination, destinationPort } = view
    const turnsBack = destination === this.#public
    if (turnsBack && !(this.config.hairpinning && view.kind === 'udp')) return 'no-hairpin'
    const remotePort = portOf(view, destinationPort)
    const binding = table.useOutbound(source, sourcePort, destination, remotePort, nowMs)
    if (binding === undefined) return 'nat-full'
    if (!turnsBack) {
      if (view.moreFragments) this.#fragments.remember(fragmentKey(view, 'out'), {}, nowMs)
      setSource(view, this.#public, binding.externalPort)
      return 'forward'
    }
    const target = table.atPort(destinationPort, nowMs)
    if (target === undefined) return 'no-binding'
    if (!table.admits(target, this.#public, binding.externalPort, nowMs)) return 'filtered'
    table.useInbound(target, this.#public, binding.externalPort, nowMs)
    if (view.moreFragments)
      this.#fragments.remember(fragmentKey(view, 'out'), { turnedBackTo: target.internalAddress }, nowMs)
    // REQ-9a: the receiver sees the external source, as if the packet had come from outside.
    setSource(view, this.#public, binding.externalPort)
    setDestination(view, target.internalAddress, target.internalPort)
    return 'hairpin'
  }

  #inbound(table: BindingTable, view: PacketView, nowMs: number): 'forward' | NatDrop {
    const binding = table.atPort(view.destinationPort, nowMs)
    if (binding === undefined) return 'no-binding'
    const remotePort = portOf(view, view.sourcePort)
    if (!table.admits(binding, view.source, remotePort, nowMs)) return 'filtered'
    table.useInbound(binding, view.source, remotePort, nowMs)
    if (view.moreFragments)
      this.#fragments.remember(fragmentKey(view, 'in'), { internalAddress: binding.internalAddress }, nowMs)
    setDestination(view, binding.internalAddress, binding.internalPort)
    return 'forward'
  }

  /** A router or host outside complains about a packet from inside (RFC 5508 REQ-4). Refreshes nothing (REQ-6). */
  #errorInbound(view: PacketView, nowMs: number): 'forward' | NatDrop {
    const quoted = this.#quoted
    if (!quoted.parse(view) || quoted.source !== this.#public) return 'no-binding'
    const binding = this.#tableOf(quoted.protocol).atPort(quoted.sourcePort, nowMs)
    if (binding === undefined) return 'no-binding'
    setDestination(view, binding.internalAddress, 0)
    quoted.rewriteSource(binding.internalAddress, binding.internalPort)
    quoted.finish()
    return 'forward'
  }

  /** A host or router inside complains about a packet from outside (RFC 5508 REQ-5), or hairpinned (REQ-7). */
  #errorOutbound(view: PacketView, nowMs: number): NatVerdict {
    const quoted = this.#quoted
    const turnsBack = view.destination === this.#public
    if (turnsBack && !this.config.hairpinning) return 'no-hairpin'
    if (!quoted.parse(view)) return 'no-binding'
    const remotePort = quoted.protocol === PROTOCOL.udp ? quoted.sourcePort : 0
    const table = this.#tableOf(quoted.protocol)
    const { source, destination, destinationPort } = quoted
    const binding = table.ofInternal(destination, destinationPort, source, remotePort, nowMs)
    if (binding === undefined) return 'no-binding'
    setSource(view, this.#public, 0)
    quoted.rewriteDestination(this.#public, binding.externalPort)
    if (turnsBack) return this.#errorInbound(view, nowMs) === 'forward' ? 'hairpin' : 'no-binding'
    quoted.finish()
    return 'forward'
  }

  #tableOf(protocol: number): BindingTable {
    return protocol === PROTOCOL.udp ? this.#udp : this.#queries
  }

  #fragmentOutbound(view: PacketView, nowMs: number): NatVerdict {
    const first = this.#fragments.recall(fragmentKey(view, 'out'), nowMs)
    if (first === undefined) return 'nat-fragment'
    setSource(view, this.#public, 0)
    if (first.turnedBackTo === undefined) return 'forward'
    setDestination(view, first.turnedBackTo, 0)
    return 'hairpin'
  }

  #fragmentInbound(view: PacketView, nowMs: number): 'forward' | NatDrop {
    const first = this.#fragments.recall(fragmentKey(view, 'in'), nowMs)
    if (first?.internalAddress === undefined) return 'nat-fragment'
    setDestination(view, first.internalAddress, 0)
    return 'forward'
  }
}

/** An echo has no remote port: its one identifier is the internal "port" (RFC 5508 REQ-1). */
function portOf(view: PacketView, port: number): number {
  return view.kind === 'udp' ? port : 0
}

function fragmentKey(view: PacketView, way: 'out' | 'in'): string {
  return `${way} ${view.source} ${view.destination} ${view.protocol} ${view.identification}`
}
