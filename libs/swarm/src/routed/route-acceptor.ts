import { type KeyPair, type RoutedEnvelope, type Sodium, type StationLink, toHex } from '@pearcast/protocol'
import type { StationCredentials } from '../handshake.ts'
import type { PeerLink } from '../peer-link.ts'
import { type Rate, TokenBucket } from '../rate-limit.ts'
import { PendingRoute } from './pending-route.ts'
import { openEnvelope } from './post.ts'
import type { RoutedLink } from './routed-link.ts'

export interface RouteAcceptorOptions {
  sodium: Sodium
  link: StationLink
  /** Of the server that listeners dial. */
  keyPair: KeyPair
  credentials: () => StationCredentials
  onLink: (link: RoutedLink) => void
  /** Unix time, ms. */
  now: () => number
}

/** A sender has 32 WebRTC connections, and a routed link is of no use without one. */
const MAX_ROUTES = 64
/** Each costs a handshake: a signature, and its verification. */
const OPENINGS: Rate = { burst: 16, perSecond: 4 }
const PROOF_MS = 8000

interface Route {
  pending: PendingRoute
  link: RoutedLink | undefined
}

/** The station's end of routed sessions: what members of the audience pass on from those who cannot dial the station. */
export class RouteAcceptor {
  /** Openings that were not answered: too many at once, or too many routes. */
  refused = 0
  readonly #options: RouteAcceptorOptions
  readonly #openings: TokenBucket
  /** By the key of the far end, hex. */
  readonly #routes = new Map<string, Route>()

  constructor(options: RouteAcceptorOptions) {
    this.#options = options
    this.#openings = new TokenBucket(OPENINGS, options.now())
  }

  get links(): readonly RoutedLink[] {
    return [...this.#routes.values()].flatMap(({ link }) => (link ? [link] : []))
  }

  /** Envelopes may come over this link. */
  watch(helper: PeerLink): void {
    helper.onRouted = (envelope) => this.#receive(envelope, helper)
  }

  /** Forgets what is not proven yet; open links are closed by whoever has them. */
  stop(): void {
    for (const { pending } of this.#routes.values()) pending.abort()
    this.#routes.clear()
  }

  #receive(envelope: RoutedEnvelope, helper: PeerLink): void {
    const { keyPair, now, sodium } = this.#options
    const from = toHex(envelope.from)
    const known = this.#routes.get(from)
    // Before the signature is looked at: what a flood costs is bounded by the openings that are allowed.
    if (!known && !this.#mayOpen()) return
    const payload = openEnvelope(sodium, envelope, { to: keyPair.publicKey, nowMs: now() })
    if (payload === undefined) return
    if (known) return known.pending.receive(payload, helper)
    if (payload.kind === 'open') this.#open(from, envelope.from, payload.nonce, helper)
  }

  #mayOpen(): boolean {
    if (this.#routes.size < MAX_ROUTES && this.#openings.take(this.#options.now())) return true
    this.refused++
    return false
  }

  #open(from: string, remoteKey: Uint8Array, theirNonce: Uint8Array, helper: PeerLink): void {
    const { credentials, keyPair, link, now, onLink, sodium } = this.#options
    const forget = (): void => void this.#routes.delete(from)
    const pending = new PendingRoute({
      sodium,
      keyPair,
      remoteKey,
      helper,
      now,
      theirNonce,
      timeoutMs: PROOF_MS,
      handshake: {
        sodium,
        link,
        role: 'broadcaster',
        credentials: credentials(),
        nowS: Math.floor(now() / 1000),
      },
      onLink: (open) => {
        route.link = open
        onLink(open)
      },
      onRefused: forget,
      onEnd: forget,
    })
    const route: Route = { pending, link: undefined }
    this.#routes.set(from, route)
  }
}
