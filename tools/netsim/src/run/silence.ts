import { open } from 'node:fs/promises'

const HEADER_BYTES = 44
const BYTES_PER_MS = 48 * 4
/** 16 bits; the test tone never stays below this for 20 ms. */
const SILENT_LEVEL = 8
const CHUNK_BYTES = BYTES_PER_MS * 1000

/** What stays silent at the end while a program stops. */
const ENDING_MS = 300

/**
 * Longest silence of a recording (48 kHz, stereo, 16 bits) after its first sound, ms; also the last one, unless it is as
 * short as an ending. What comes before `fromMs` is not looked at, and from there on silence counts without a sound before it.
 */
export async function longestSilenceMs(wavFile: string, fromMs = 0): Promise<number> {
  const file = await open(wavFile)
  const meter = new SilenceMeter(fromMs > 0)
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES)
    for (let at = HEADER_BYTES + Math.round(fromMs) * BYTES_PER_MS; ; at += CHUNK_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at)
      for (let ms = 0; (ms + 1) * BYTES_PER_MS <= bytesRead; ms++)
        meter.add(isSilent(buffer, ms * BYTES_PER_MS))
      if (bytesRead < CHUNK_BYTES) return meter.end()
    }
  } finally {
    await file.close()
  }
}

/** Takes one verdict a millisecond. */
export class SilenceMeter {
  longestMs = 0
  #heard: boolean
  #silentMs = 0

  /** @param heard there was a sound before */
  constructor(heard = false) {
    this.#heard = heard
  }

  add(silent: boolean): void {
    if (silent) {
      this.#silentMs++
      return
    }
    if (this.#heard) this.longestMs = Math.max(this.longestMs, this.#silentMs)
    this.#heard = true
    this.#silentMs = 0
  }

  /** Nothing more comes. @returns the longest silence, ms */
  end(): number {
    if (this.#heard && this.#silentMs > ENDING_MS) this.longestMs = Math.max(this.longestMs, this.#silentMs)
    return this.longestMs
  }
}

function isSilent(pcm: Buffer, from: number): boolean {
  for (let at = from; at < from + BYTES_PER_MS; at += 2) {
    if (Math.abs(pcm.readInt16LE(at)) > SILENT_LEVEL) return false
  }
  return true
}
