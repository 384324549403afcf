import { openFilesCount, openFilesLimit } from './open-files.ts'

export interface FilesGuardOptions {
  /** Called when the first listener has to be refused, and once a minute while that goes on. */
  onFull: (open: number, limit: number) => void
  limit?: number | undefined
  count?: () => number | undefined
  nowMs?: () => number
}

/** Kept free for what must go on: the record, the key file, DHT requests, a new socket after a change of address. */
const RESERVE = 8
/** A hole-punched connection has a socket of its own, and its WebRTC transport another one or two. */
const FILES_PER_LISTENER = 3
/** Counting reads a folder: not for each of a crowd. */
const COUNT_MS = 500
const TELL_MS = 60_000

/** Refuses newcomers while the limit of open files is near, so that those who listen already go on. */
export class FilesGuard {
  readonly #options: FilesGuardOptions
  readonly #limit: number | undefined
  readonly #count: () => number | undefined
  readonly #nowMs: () => number
  #open = 0
  #countedAtMs = Number.NEGATIVE_INFINITY
  #toldAtMs = Number.NEGATIVE_INFINITY

  constructor(options: FilesGuardOptions) {
    this.#options = options
    this.#limit = 'limit' in options ? options.limit : openFilesLimit()
    this.#count = options.count ?? openFilesCount
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  /** Whether one more may come in; who does is counted at once. */
  admits(): boolean {
    if (this.#limit === undefined) return true
    const nowMs = this.#nowMs()
    if (nowMs - this.#countedAtMs >= COUNT_MS) {
      this.#open = this.#count() ?? 0
      this.#countedAtMs = nowMs
    }
    if (this.#open + FILES_PER_LISTENER <= this.#limit - RESERVE) {
      this.#open += FILES_PER_LISTENER
      return true
    }
    if (nowMs - this.#toldAtMs >= TELL_MS) {
      this.#toldAtMs = nowMs
      this.#options.onFull(this.#open, this.#limit)
    }
    return false
  }
}
