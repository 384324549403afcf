import HyperDHT, { type DhtOptions } from 'hyperdht'

/** The line may be bad, and an answer that is lost looks like a firewall. From one look to the next. */
const LOOK_AGAIN_MS: readonly number[] = [2000, 4000, 15_000]
/** Where nobody answered at all: that takes HyperDHT some seconds, and says nothing of a firewall. */
const UNANSWERED_MS = 500
const MOST_UNANSWERED = 30

/**
 * Finds out whether a node that has moved, or whose first look went wrong, can be reached by everybody. HyperDHT itself asks
 * when it starts, and then 20 minutes later: until then a broadcaster on a public address counts as firewalled, and a listener behind a symmetric NAT
 * has to guess ports. The node's own socket cannot be asked with: it has written to the DHT from the new address, so that
 * answers come back through a NAT as well. A node of its own, with a socket that has written to nobody, can.
 */
export class SecondLook {
  readonly #options: DhtOptions
  readonly #onReachable: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #node: HyperDHT | undefined
  /** Which move is looked at: what an older look finds out counts for nothing. */
  #move = 0

  /** @param options those of the node itself */
  constructor(options: DhtOptions, onReachable: () => void) {
    this.#options = options
    this.#onReachable = onReachable
  }

  /** It has moved: what was found out before counts for nothing. */
  begin(): void {
    this.stop()
    void this.#look(this.#move)
  }

  stop(): void {
    this.#move++
    clearTimeout(this.#timer)
    void this.#node?.destroy({ force: true }).catch(() => undefined)
    this.#node = undefined
  }

  async #look(move: number): Promise<void> {
    let looks = 0
    let unanswered = 0
    for (;;) {
      const found = await this.#ask()
      if (move !== this.#move) return
      if (found === 'reachable') return this.#onReachable()
      const restMs = found === 'firewalled' ? LOOK_AGAIN_MS[looks++] : UNANSWERED_MS
      if (restMs === undefined || (found === 'unanswered' && ++unanswered > MOST_UNANSWERED)) return
      await new Promise<void>((resolve) => {
        this.#timer = setTimeout(resolve, restMs)
      })
      // Whoever stops a look stops this timer, and then nothing goes on here.
    }
  }

  async #ask(): Promise<Found> {
    const node = new HyperDHT(this.#options)
    this.#node = node
    const found = await lookFrom(node).catch(() => 'unanswered' as const)
    await node.destroy({ force: true }).catch(() => undefined)
    if (this.#node === node) this.#node = undefined
    return found
  }
}

type Found = 'reachable' | 'firewalled' | 'unanswered'

async function lookFrom(node: HyperDHT): Promise<Found> {
  await node.fullyBootstrapped()
  if (node.host === null) return 'unanswered'
  // oxlint-disable-next-line no-underscore-dangle
  return node.firewalled && (await node._checkIfFirewalled()) ? 'firewalled' : 'reachable'
}
