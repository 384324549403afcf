import HyperDHT, { type DhtKeyPair, type DhtOptions } from 'hyperdht'
import { type Address, formatAddress, isLoopbackHost } from './address.ts'
import { SwarmError } from './errors.ts'
import { LeanUdx } from './lean-udx.ts'
import { SecondLook } from './second-look.ts'

/** RFC 4787 in HyperDHT's words: does the NAT keep one mapping for all destinations? */
export type NatClass = 'unknown' | 'open' | 'consistent' | 'random'

/** One UDP endpoint in the DHT, shared by everything this process does there. */
export interface DhtNode {
  readonly dht: HyperDHT
  /** Every bootstrap node is on this machine, so nothing may leave it. */
  readonly isLoopback: boolean
  /** The local address of the socket that serves, e.g. 127.0.0.1 for a private DHT. */
  readonly boundAddress: Address
  readonly natClass: NatClass
  /**
   * Waits for the first bootstrap.
   *
   * @throws SwarmError NO_UDP when no bootstrap node answers within 8 s, NO_DHT when they answer but are no DHT
   */
  ready(): Promise<void>
  /** Calls once, when it is found out that no NAT or firewall is before us. Returns what ends the waiting. */
  onceReachable(callback: () => void): () => void
  /** This node has another address: what others saw of it before counts for nothing, and a public one may be behind a NAT. */
  forgetAddress(): void
  /** The network was away: what was found out meanwhile, that a firewall is before this node, counts for nothing. */
  lookAgain(): void
  /** What other nodes see of us. Port 0: the NAT gives every destination another port. */
  publicAddress(): Address | null
  /** Ends every server and connection of this node. */
  close(): Promise<void>
}

export interface OpenDhtOptions {
  /** Default: the public HyperDHT. */
  bootstrap?: readonly Address[] | undefined
  /** Local address to bind; default: all interfaces, or 127.0.0.1 when the bootstrap nodes are there. */
  host?: string | undefined
  keyPair?: DhtKeyPair | undefined
  /** How long `ready()` waits, ms. */
  readyTimeoutMs?: number
}

/** 300 listeners arriving at once took 4.1 s with dht-rpc's window of 80 requests, and 1.0 s with this one. */
const MAX_WINDOW = 2000
const READY_TIMEOUT_MS = 6500
/** HyperDHT's own look has come to its end by then, if an answer came. */
const FIRST_LOOK_MS = 2000
/** Whose answers show a new address, and how often they are asked for it while none of them comes. */
const SAMPLES = 4
const ASK_AGAIN_MS = 1000
const MOST_ASKED = 60
/** Bound to 127.0.0.1, the usual port would be one that another private DHT still remembers. */
const ANY_PORT: readonly [number, number] = [0, 0]

/**
 * Opens a node and its sockets; it bootstraps in the background, see `ready()`.
 *
 * @throws SwarmError BIND_FAILED
 */
export async function openDht(options: OpenDhtOptions = {}): Promise<DhtNode> {
  const { bootstrap } = options
  const isLoopback = bootstrap !== undefined && bootstrap.every(({ host }) => isLoopbackHost(host))
  const host = options.host ?? (isLoopback ? '127.0.0.1' : undefined)
  const here: DhtOptions = {
    ...(bootstrap && { bootstrap }),
    ...(host !== undefined && { host }),
    ...(isLoopback && { port: ANY_PORT }),
  }
  const dht = new HyperDHT({
    ...here,
    maxWindow: MAX_WINDOW,
    udx: new LeanUdx(),
    ...(options.keyPair && { keyPair: options.keyPair }),
  })
  // Each station and server that shares the node listens to it.
  dht.setMaxListeners(0)
  try {
    await dht.bind()
  } catch (cause) {
    await abandon(dht)
    throw SwarmError.bindFailed(host ?? '0.0.0.0', cause)
  }
  return new OpenNode(dht, isLoopback, here, options.readyTimeoutMs ?? READY_TIMEOUT_MS)
}

/** Ends a node whose sockets never opened: its own `destroy()` waits for them and fails first. */
export async function abandon(dht: HyperDHT): Promise<void> {
  await dht.destroy({ force: true }).catch(() => undefined)
  await dht.io.networkInterfaces.destroy().catch(() => undefined)
}

class OpenNode implements DhtNode {
  readonly dht: HyperDHT
  readonly isLoopback: boolean
  readonly boundAddress: Address
  readonly #bootstrap: readonly Address[] | undefined
  readonly #readyTimeoutMs: number
  readonly #secondLook: SecondLook
  #soon: ReturnType<typeof setTimeout> | undefined
  #asking: ReturnType<typeof setTimeout> | undefined
  #closing: Promise<void> | undefined
  /** Counts what makes an address that is asked for the wrong one. */
  #moves = 0

  constructor(dht: HyperDHT, isLoopback: boolean, here: DhtOptions, readyTimeoutMs: number) {
    this.dht = dht
    this.isLoopback = isLoopback
    this.boundAddress = dht.io.serverSocket?.address() ?? { host: '0.0.0.0', port: 0 }
    this.#bootstrap = here.bootstrap
    this.#readyTimeoutMs = readyTimeoutMs
    this.#secondLook = new SecondLook(here, () => this.#serve())
  }

  get natClass(): NatClass {
    if (this.dht.host === null) return 'unknown'
    if (!this.dht.firewalled) return 'open'
    return this.dht.randomized ? 'random' : 'consistent'
  }

  async ready(): Promise<void> {
    if (this.#closing) throw SwarmError.closed('This DHT node')
    const sinceMs = Date.now()
    await settledWithin(this.dht.fullyBootstrapped(), this.#readyTimeoutMs)
    const waitedMs = Date.now() - sinceMs
    if (this.#closing) throw SwarmError.closed('This DHT node')
    if (this.dht.host !== null) return
    const asked = this.#bootstrap?.map(formatAddress).join(', ') ?? 'the DHT'
    if (this.dht.stats.requests.responses > 0) throw SwarmError.noDht(asked)
    if (this.isLoopback) throw SwarmError.noLocalDht(asked, waitedMs)
    throw SwarmError.noUdp(asked, waitedMs)
  }

  onceReachable(callback: () => void): () => void {
    const { dht } = this
    // The verdict has no event of its own: these follow it.
    const events = ['nat-update', 'ready', 'persistent'] as const
    const stop = (): void => {
      for (const event of events) dht.off(event, look)
    }
    const look = (): void => {
      if (dht.firewalled) return
      stop()
      callback()
    }
    for (const event of events) dht.on(event, look)
    if (dht.firewalled) this.#lookAgainSoon()
    return stop
  }

  /**
   * HyperDHT asks once whether it can be reached, as it starts, and an answer may be lost. Whose own interface has the address
   * that others see is behind no NAT, and asks again: listeners behind symmetric NATs would guess ports for 20 minutes.
   */
  #lookAgainSoon(): void {
    this.#soon ??= setTimeout(() => {
      const { firewalled, host, io } = this.dht
      const isOwn = io.networkInterfaces.interfaces.some((each) => each.host === host)
      if (firewalled && isOwn) this.#secondLook.begin()
    }, FIRST_LOOK_MS)
  }

  forgetAddress(): void {
    if (this.#closing) return
    const { dht } = this
    this.#moves++
    this.#forgetSamples()
    dht.firewalled = dht.io.firewalled = true
    dht.ephemeral = dht.io.ephemeral = true
    this.#secondLook.begin()
  }

  lookAgain(): void {
    if (!this.#closing && this.dht.firewalled) this.#secondLook.begin()
  }

  /** Nothing stands before the port that serves: requests leave from it, and their answers tell everybody's way to it. */
  #serve(): void {
    const { dht } = this
    if (!dht.firewalled) return
    dht.io.firewalled = false
    void this.#learnAddress(++this.#moves)
  }

  /**
   * It counts as open once its address is known, and not before: whoever is open and has no address to tell, offers
   * listeners neither that nor a hole to punch.
   */
  async #learnAddress(move: number): Promise<void> {
    const { dht } = this
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      // What came to another port in the meantime would count as well.
      this.#forgetSamples()
      const nodes = dht.toArray({ limit: SAMPLES })
      await Promise.all(nodes.map((node) => dht.ping(node, { retry: false }).catch(() => undefined)))
      if (this.#closing || move !== this.#moves) return
      if (dht.host !== null && dht.port === dht.io.serverSocket?.address().port) return this.#open()
      await new Promise((resolve) => {
        this.#asking = setTimeout(resolve, ASK_AGAIN_MS)
      })
      // Whoever closes this node stops the timer, and then nothing goes on here.
    }
  }

  #open(): void {
    const { dht } = this
    dht.firewalled = false
    // For those who wait until it can be reached.
    dht.emit('nat-update', dht.host, dht.port)
  }

  /** HyperDHT would tell the old address to everybody until 16 answers have shown the new one. */
  #forgetSamples(): void {
    const { dht } = this
    // oxlint-disable-next-line no-underscore-dangle
    const { constructor: Sampler } = dht._nat
    // oxlint-disable-next-line no-underscore-dangle
    dht._nat = Reflect.construct(Sampler, [])
    // oxlint-disable-next-line no-underscore-dangle
    dht._nonePersistentSamples = []
    for (const node of dht.nodes.toArray()) node.sampled = 0
  }

  publicAddress(): Address | null {
    const { host, port } = this.dht
    return host === null ? null : { host, port }
  }

  close(): Promise<void> {
    clearTimeout(this.#soon)
    clearTimeout(this.#asking)
    this.#secondLook.stop()
    this.#closing ??= this.dht.destroy()
    return this.#closing
  }
}

/** Resolves when the promise settles either way, or after `ms`. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  const settled = promise.then(
    () => undefined,
    () => undefined,
  )
  await Promise.race([settled, timeout])
  clearTimeout(timer)
}
