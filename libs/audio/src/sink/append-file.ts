import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AudioError } from '../error.ts'
import { errorCodeOf, reasonOf } from '../source/bytes.ts'

/** About three minutes of PCM: a disk that is so far behind does not come back. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024

/**
 * A file written in order while audio runs: `write` only queues, the disk follows. The first failure is told once and ends the
 * writing; what was written stays.
 */
export class AppendFile {
  readonly path: string
  readonly #handle: FileHandle
  /** Told the first failure; until it is set, `close` throws it. */
  onError: ((error: AudioError) => void) | undefined
  #tail: Promise<void> = Promise.resolve()
  #position = 0
  #queuedBytes = 0
  #failure: AudioError | undefined

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /**
   * Creates or replaces the file and writes its head, so that a full disk shows while the caller still waits.
   * @throws AudioError OUTPUT_UNWRITABLE, DISK_FULL
   */
  static async create(path: string, head: Uint8Array): Promise<AppendFile> {
    const file = new AppendFile(path, await openForWriting(path))
    file.append(head)
    await file.#tail
    if (file.#failure !== undefined) await file.close()
    return file
  }

  /** Appends; the bytes must not change afterwards. */
  append(bytes: Uint8Array): void {
    const position = this.#position
    this.#position += bytes.length
    this.overwrite(position, bytes)
  }

  /** Writes at a place that was written before. */
  overwrite(position: number, bytes: Uint8Array): void {
    if (this.#queuedBytes + bytes.length > MAX_QUEUED_BYTES) this.#fail(new Error('the disk is too slow'))
    if (this.#failure !== undefined) return
    this.#queuedBytes += bytes.length
    this.#tail = this.#tail.then(() => this.#write(position, bytes))
  }

  /** @throws AudioError the failure, unless it was already told through `onError` */
  async close(): Promise<void> {
    await this.#tail
    await this.#handle.close().catch((error: unknown) => this.#fail(error))
    if (this.#failure !== undefined && this.onError === undefined) throw this.#failure
  }

  async #write(position: number, bytes: Uint8Array): Promise<void> {
    try {
      let done = 0
      while (done < bytes.length && this.#failure === undefined) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#queuedBytes -= bytes.length
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = writeError(this.path, error)
    this.onError?.(this.#failure)
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w')
  } catch (error) {
    throw writeError(path, error)
  }
}

function writeError(path: string, error: unknown): AudioError {
  const code = errorCodeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return AudioError.diskFull(path, error)
  return AudioError.outputUnwritable(path, reasonOf(error), error)
}
