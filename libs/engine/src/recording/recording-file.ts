import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OpusEncoder, OpusFileWriter, type AudioError, type Channels, type PlayedSlot } from '@pearcast/audio'

export interface RecordingFileOptions {
  folder: string
  /** Of the station: names the file. */
  title: string
  nowMs: number
  channels: Channels
  /** Nothing more is written; what was written stays. */
  onError: (error: AudioError) => void
}

/** More than most stations send, so that a recording of one's own programme may be cut and encoded again. */
const PROGRAMME_BPS = 160_000

/** An Ogg Opus file that is playable at every moment but for its last second, whatever ends this program. */
export class RecordingFile {
  readonly path: string
  readonly #writer: OpusFileWriter
  readonly #channels: Channels
  #encoder: OpusEncoder | undefined

  private constructor(path: string, channels: Channels) {
    this.path = path
    this.#channels = channels
    this.#writer = new OpusFileWriter(path, channels)
  }

  /** @throws AudioError OUTPUT_UNWRITABLE, DISK_FULL */
  static async create({
    channels,
    folder,
    nowMs,
    onError,
    title,
  }: RecordingFileOptions): Promise<RecordingFile> {
    // What is wrong with the folder, opening the file says.
    await mkdir(folder, { recursive: true }).catch(() => undefined)
    const recording = new RecordingFile(await freePath(folder, title, nowMs), channels)
    await recording.#writer.open({ onError })
    return recording
  }

  /** A packet as it was played, or what was concealed. */
  onPlayed(slot: PlayedSlot): void {
    this.#writer.slot(slot)
  }

  onPulled(pcm: Float32Array): void {
    this.#writer.write(pcm)
  }

  /** 20 ms of a programme that is not encoded yet. */
  onProgramme(pcm: Float32Array): void {
    this.#encoder ??= new OpusEncoder({
      profile: 'music',
      channels: this.#channels,
      bitrate: PROGRAMME_BPS,
    })
    this.#writer.slot({ kind: 'frame', payload: this.#encoder.encode(pcm) })
    this.#writer.write(pcm)
  }

  close(): Promise<void> {
    return this.#writer.close()
  }
}

/** "Kitchen Radio 2026-11-22 20.15.07.opus": sorts by time, and is a name on every system. */
async function freePath(folder: string, title: string, nowMs: number): Promise<string> {
  const plain = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '')
    .slice(0, 60)
    .trim()
  const name = `${plain === '' ? 'pearCast' : plain} ${localTime(nowMs)}`
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? `${name}.opus` : `${name} (${n}).opus`)
    const isFree = await access(path).then(
      () => false,
      () => true,
    )
    if (isFree) return path
  }
}

function localTime(ms: number): string {
  const at = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`
}
