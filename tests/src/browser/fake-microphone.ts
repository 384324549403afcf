import { writeFile } from 'node:fs/promises'

const RATE = 48_000
/** 50 ms under Hann's window: long enough to tell the notes apart, short enough to lie between two gaps. */
const WINDOW = RATE / 20
const HANN: Float32Array = Float32Array.from(
  { length: WINDOW },
  (_, i) => 1 - Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW),
)
/** What is so much softer than the loud part was bridged, or lies at a gap. */
const LOUD_DB = -1.5
const PIECE = RATE / 100

/** To each ear another note; whole numbers, so that a second of them loops without a seam. */
export type Notes = readonly [leftHz: number, rightHz: number]

/** What the fake microphone plays. */
const MICROPHONE: Notes = [440, 660]
/** -12 dBFS */
const NOTE_PEAK = 0.25

/** A WAV file of one second. */
export async function writeNotes(file: string, notes: Notes = MICROPHONE): Promise<void> {
  const wav = Buffer.alloc(44 + RATE * 4)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + RATE * 4, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(2, 22)
  wav.writeUInt32LE(RATE, 24)
  wav.writeUInt32LE(RATE * 4, 28)
  wav.writeUInt16LE(4, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(RATE * 4, 40)
  for (let i = 0; i < RATE; i++) {
    for (const [ear, hz] of notes.entries()) {
      const sample = NOTE_PEAK * Math.sin((2 * Math.PI * hz * i) / RATE)
      wav.writeInt16LE(Math.round(sample * 32_767), 44 + 4 * i + 2 * ear)
    }
  }
  await writeFile(file, wav)
}

export interface EarHeard {
  /** The ear's own note in the loud part, against what was played, dB. */
  ownDb: number
  /** The other ear's note there, against what was played there, dB. */
  otherDb: number
  /** The share of pieces of 10 ms that are nearly silent. */
  silentShare: number
}

/**
 * What is left of the notes in a recording of the left and the right ear. Level and stereo are judged where it is loud:
 * how much of it is not is another question, which a busy computer answers badly.
 */
export function hearNotes(ears: readonly Float32Array[], notes: Notes = MICROPHONE): EarHeard[] {
  return notes.map((hz, ear) => {
    const pcm = ears[ear] ?? new Float32Array(0)
    const windows = windowsOf(pcm).map((window) => ({ window, level: level(window, hz) }))
    const own = percentile(
      windows.map((each) => each.level),
      0.9,
    )
    const loud = windows.filter((each) => each.level >= own * 10 ** (LOUD_DB / 20))
    const other = loud.map(({ window }) => level(window, notes[1 - ear] ?? 0))
    return {
      ownDb: toDb(own),
      otherDb: toDb(percentile(other, 0.5)),
      silentShare: Math.round(1000 * silentShare(pcm)) / 1000,
    }
  })
}

/** Which of a few notes is there, one after the other; what is too soft to tell is left out. */
export function tuneOf(pcm: Float32Array, notes: readonly number[]): number[] {
  const tune: number[] = []
  for (const window of windowsOf(pcm)) {
    const [loudest = 0] = notes.toSorted((a, b) => level(window, b) - level(window, a))
    if (level(window, loudest) > NOTE_PEAK / 2 && tune.at(-1) !== loudest) tune.push(loudest)
  }
  return tune
}

function windowsOf(pcm: Float32Array): Float32Array[] {
  const count = Math.floor(pcm.length / WINDOW)
  return Array.from({ length: count }, (_, i) => pcm.subarray(i * WINDOW, (i + 1) * WINDOW))
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? 0
}

function toDb(peak: number): number {
  return Math.round(200 * Math.log10(Math.max(peak, 1e-6) / NOTE_PEAK)) / 10
}

/** The peak of the sine of one frequency (Goertzel's algorithm). */
function level(window: Float32Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE)
  let [before, last] = [0, 0]
  for (const [i, sample] of window.entries())
    [before, last] = [last, sample * (HANN[i] ?? 0) + coefficient * last - before]
  const power = last * last + before * before - coefficient * last * before
  return (2 * Math.sqrt(Math.max(power, 0))) / window.length
}

function silentShare(pcm: Float32Array): number {
  const pieces = Math.max(1, Math.floor(pcm.length / PIECE))
  let silent = 0
  for (let i = 0; i < pieces; i++) {
    const peak = pcm
      .subarray(i * PIECE, (i + 1) * PIECE)
      .reduce((top, each) => Math.max(top, Math.abs(each)), 0)
    if (peak < NOTE_PEAK / 10) silent++
  }
  return silent / pieces
}
