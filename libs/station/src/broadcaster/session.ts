import { randomFillSync } from 'node:crypto'
import {
  encodeSignedHeartbeat,
  FrameSigner,
  issueSessionCertificate,
  keyPairFromSeed,
  signAnnouncement,
  streamContext,
  type Announcement,
  type CertificateChain,
  type KeyPair,
  type Sodium,
  type SourceHeartbeat,
  type StationAbout,
} from '@pearcast/protocol'
import type { StationIdentity } from '../identity/identity.ts'

const SESSION_S = 86_400
/** Grace for listeners whose clock is behind. */
const GRACE_S = 300
/** Half its life: a renewal that fails once still has time. */
export const RENEW_SESSION_MS: number = (SESSION_S / 2) * 1000

/** One run of an encoder: a key that lives in memory only, and the chain that says whom it speaks for. */
export class BroadcastSession {
  readonly signer: FrameSigner
  readonly #sodium: Sodium
  readonly #identity: StationIdentity
  readonly #key: KeyPair
  readonly #context: Uint8Array
  #chain: CertificateChain | undefined
  #serial = 0

  constructor(sodium: Sodium, identity: StationIdentity) {
    const { certificate, station, term } = identity
    this.#sodium = sodium
    this.#identity = identity
    this.#key = keyPairFromSeed(sodium, randomFillSync(new Uint8Array(32)))
    const { generation } = certificate
    this.#context = streamContext(sodium, { stationKey: station.publicKey, generation, term }, 0)
    this.signer = new FrameSigner(sodium, this.#key.secretKey, this.#context)
  }

  get secretKey(): Uint8Array {
    return this.#key.secretKey
  }

  /** Valid for a day from now. Called again, it renews: the same key and term, so that nothing is interrupted. */
  certify(nowS: number): CertificateChain {
    const { certificate, encoder, station, term } = this.#identity
    const notBeforeS = nowS - GRACE_S
    const session = issueSessionCertificate(this.#sodium, encoder, {
      stationKey: station.publicKey,
      generation: certificate.generation,
      sessionKey: this.#key.publicKey,
      term,
      notBeforeS,
      notAfterS: notBeforeS + SESSION_S,
    })
    this.#chain = { encoder: certificate, session }
    return this.#chain
  }

  /** What the station says of itself now; each one counts for more than those before it. Call `certify` first. */
  announce(about: Omit<StationAbout, 'serial'>): Announcement | undefined {
    if (this.#chain === undefined) return undefined
    const sessionSecretKey = this.#key.secretKey
    return signAnnouncement(
      this.#sodium,
      { chain: this.#chain, sessionSecretKey },
      { ...about, serial: ++this.#serial },
    )
  }

  signHeartbeat(heartbeat: SourceHeartbeat): Uint8Array {
    return encodeSignedHeartbeat(this.#sodium, this.#key.secretKey, this.#context, heartbeat)
  }
}
