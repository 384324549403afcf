import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AudioError } from '../error.ts'

/** Random access to the bytes of one input; the parsers see files and, in tests, memory through it. */
export interface Bytes {
  /** as named by the user, for messages */
  readonly name: string
  /** where other programs find it, when they can */
  readonly path?: string
  readonly size: number
  /** @returns up to `length` bytes from `offset`, fewer at the end, none beyond it; the caller's to keep */
  readAt(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * A regular file that holds at least one byte.
 * @throws AudioError FILE_MISSING, IS_DIRECTORY, FILE_EMPTY, FILE_UNREADABLE
 */
export async function openFileBytes(path: string): Promise<Bytes> {
  try {
    // Asked before opening: to open a pipe waits for its writer.
    const stats = await stat(path)
    if (stats.isDirectory()) throw AudioError.isDirectory(path)
    if (!stats.isFile()) throw AudioError.fileUnreadable(path, 'it is a device or a pipe')
    if (stats.size === 0) throw AudioError.fileEmpty(path)
    return new FileBytes(path, stats.size, await open(path, 'r'))
  } catch (error) {
    throw error instanceof AudioError ? error : openError(path, error)
  }
}

class FileBytes implements Bytes {
  readonly name: string
  readonly path: string
  readonly size: number
  readonly #handle: FileHandle

  constructor(name: string, size: number, handle: FileHandle) {
    this.name = name
    this.path = name
    this.size = size
    this.#handle = handle
  }

  async readAt(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - offset))
    const bytes = new Uint8Array(wanted)
    let got = 0
    while (got < wanted) {
      const { bytesRead } = await this.#read(bytes, got, offset + got)
      if (bytesRead === 0) break
      got += bytesRead
    }
    return got === wanted ? bytes : bytes.subarray(0, got)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #read(into: Uint8Array, at: number, position: number): Promise<{ bytesRead: number }> {
    try {
      return await this.#handle.read(into, at, into.length - at, position)
    } catch (error) {
      throw AudioError.fileUnreadable(this.name, reasonOf(error), error)
    }
  }
}

function openError(path: string, error: unknown): AudioError {
  const code = errorCodeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return AudioError.fileMissing(path)
  return AudioError.fileUnreadable(path, reasonOf(error), error)
}

/** The `code` of a system error, when it is one. */
export function errorCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is not a folder',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports an error',
  EBUSY: 'it is in use',
}

/** A system error in plain words. */
export function reasonOf(error: unknown): string {
  const code = errorCodeOf(error)
  const known = code === undefined ? undefined : REASONS[code]
  return known ?? code ?? (error instanceof Error ? error.message : String(error))
}
