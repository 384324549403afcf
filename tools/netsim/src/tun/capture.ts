import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileHeader, packetBlock, type DIRECTION } from '../pcap/pcapng.ts'
import { DEVICE } from './interface.ts'

/** Written when so much has come together, and at the end. */
const FLUSH_BYTES = 1 << 16
/** Of one interface; what comes after that is not kept, so that a long run does not fill the disk. */
const MOST_BYTES = 1 << 28

/** What passes the interface of each host, in a pcapng file of its own. */
export class Capture {
  readonly #files: ReadonlyMap<string, CaptureFile>

  /** @param folder gets `<host>.pcapng`; made when it is not there */
  constructor(folder: string, hostIds: readonly string[]) {
    mkdirSync(folder, { recursive: true })
    this.#files = new Map(hostIds.map((id) => [id, new CaptureFile(join(folder, `${id}.pcapng`), id)]))
  }

  /** The bytes are copied: the packet goes on and is rewritten. @param nowMs of `performance.now()` */
  add(hostId: string, packet: Uint8Array, nowMs: number, direction: keyof typeof DIRECTION): void {
    this.#files.get(hostId)?.add(packetBlock(packet, performance.timeOrigin + nowMs, direction))
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
  }
}

class CaptureFile {
  readonly #fd: number
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #bytes = 0

  constructor(path: string, hostId: string) {
    this.#fd = openSync(path, 'w')
    this.add(fileHeader(DEVICE, hostId))
    this.#flush()
  }

  add(block: Uint8Array): void {
    if (this.#bytes + block.length > MOST_BYTES) return
    this.#bytes += block.length
    this.#waiting.push(block)
    this.#waitingBytes += block.length
    if (this.#waitingBytes >= FLUSH_BYTES) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#fd)
  }

  #flush(): void {
    if (this.#waiting.length > 0) writeSync(this.#fd, Buffer.concat(this.#waiting))
    this.#waiting = []
    this.#waitingBytes = 0
  }
}
