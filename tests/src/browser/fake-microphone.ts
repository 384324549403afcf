import { writeFile } from 'node:fs/promises'

const RATE = 48_000
/** 100 ms: long enough to tell the notes apart, short enough to stand a moved timeline. */
const WINDOW = RATE / 10
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
  /** The ear's own note, against what was played, dB. */
  ownDb: number
  /** The other ear's note in this one, against what was played there, dB. */
  otherDb: number
  /** The share of pieces of 10 ms that are nearly silent. */
  silentShare: number
}

/** What is left of the notes in a recording of the left and the right ear. */
export function hearNotes(ears: readonly Float32Array[], notes: Notes = MICROPHONE): EarHeard[] {
  return notes.map((hz, ear) => {
    const pcm = ears[ear] ?? new Float32Array(0)
    const other = notes[1 - ear] ?? 0
    return { ownDb: noteDb(pcm, hz), otherDb: noteDb(pcm, other), silentShare: silentShare(pcm) }
  })
}

/** The median of windows: a few that were bridged or moved do not count. */
function noteDb(pcm: Float32Array, hz: number): number {
  const levels: number[] = []
  for (let at = 0; at + WINDOW <= pcm.length; at += WINDOW)
    levels.push(level(pcm.subarray(at, at + WINDOW), hz))
  const median = levels.toSorted((a, b) => a - b)[Math.floor(levels.length / 2)] ?? 0
  return Math.round(200 * Math.log10(Math.max(median, 1e-6) / NOTE_PEAK)) / 10
}

/** The peak of the sine of one frequency (Goertzel's algorithm). */
function level(pcm: Float32Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE)
  let [before, last] = [0, 0]
  for (const sample of pcm) [before, last] = [last, sample + coefficient * last - before]
  const power = last * last + before * before - coefficient * last * before
  return (2 * Math.sqrt(Math.max(power, 0))) / pcm.length
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
