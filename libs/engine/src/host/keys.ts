import { createHash, randomBytes } from 'node:crypto'

/** Reloads and second tabs of one user; the oldest is forgotten. */
const MAX_SESSIONS = 32

/**
 * Who may talk to the engine. The link that the program opens carries a token that is good once; the page changes it for
 * a secret of its own, which it keeps for its tab. Only hashes are kept and compared, so comparing tells nothing.
 */
export class Keys {
  #token: string | undefined
  readonly #sessions: Set<string>
  readonly #onSessions: (hashes: readonly string[]) => void

  /** With the sessions of before, as they were told: only who has a secret can use one. */
  constructor(sessions: readonly string[] = [], onSessions: (hashes: readonly string[]) => void = () => {}) {
    this.#sessions = new Set(sessions)
    this.#onSessions = onSessions
  }

  /** Another token takes the last one's place. */
  issueToken(): string {
    const token = randomBytes(32).toString('base64url')
    this.#token = hash(token)
    return token
  }

  /** A secret for the token, or undefined when it is not, or no longer, the one. */
  redeem(token: string): string | undefined {
    if (this.#token === undefined || hash(token) !== this.#token) return undefined
    this.#token = undefined
    const secret = randomBytes(32).toString('base64url')
    this.#sessions.add(hash(secret))
    const [oldest] = this.#sessions
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest)
    this.#onSessions([...this.#sessions])
    return secret
  }

  admits(secret: string): boolean {
    return this.#sessions.has(hash(secret))
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
