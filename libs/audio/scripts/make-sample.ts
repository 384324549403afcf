/**
 * Composes "First Light", the piece that pearCast ships to be broadcast without a file of one's own: 30 s, stereo, the same
 * samples every time. Usage: `node libs/audio/scripts/make-sample.ts first-light.wav`, then an encoder of choice to FLAC.
 *
 * No bar repeats, the ears differ and nearly all of it is tonal: so that a recording of it can be found in it at one offset
 * only, and its correlation says something about each channel.
 */
import { writeFile } from 'node:fs/promises'
import { wavHeader } from '../src/container/wav-header.ts'
import { SAMPLE_RATE, toInt16 } from '../src/format.ts'
import { loudnessLufs } from '../src/measure/loudness.ts'

const LENGTH_S = 30
const LOUDNESS_LUFS = -16
const FADE_IN_S = 0.6
const FADE_OUT_S = 1.8

/** MIDI note numbers of a chord, lowest first, and when it ends. No two last equally long. */
interface Chord {
  notes: readonly number[]
  untilS: number
}

const CHORDS: readonly Chord[] = [
  { notes: [38, 57, 61, 64, 66], untilS: 3.9 }, // D major 9
  { notes: [35, 54, 57, 62, 66], untilS: 7.1 }, // B minor 7
  { notes: [43, 59, 62, 66, 73], untilS: 10.6 }, // G major 7, sharp 11
  { notes: [45, 57, 59, 64, 66], untilS: 13.3 }, // A suspended
  { notes: [42, 57, 61, 64, 69], untilS: 16.2 }, // F sharp minor 7
  { notes: [40, 55, 59, 66, 71], untilS: 19.8 }, // E minor 9
  { notes: [36, 55, 59, 64, 74], untilS: 22.5 }, // C major 9
  { notes: [43, 58, 62, 64, 70], untilS: 25.4 }, // G minor 6
  { notes: [38, 57, 64, 66, 71], untilS: LENGTH_S }, // D 6/9
]

/** The melody: scale steps up or down from the last note, and how long until the next, in seconds. */
// prettier-ignore
const MELODY: readonly (readonly [steps: number, restS: number])[] = [
  [0, 0.52], [2, 0.31], [1, 0.74], [-2, 0.37], [4, 0.93], [-1, 0.28], [-1, 0.61], [3, 0.44], [-4, 0.83],
  [2, 0.33], [2, 0.47], [-1, 1.02], [3, 0.29], [-2, 0.56], [-3, 0.69], [5, 0.41], [-1, 0.35], [-2, 0.88],
  [1, 0.51], [3, 0.27], [1, 0.64], [-4, 0.46], [2, 0.97], [-3, 0.34], [4, 0.39], [1, 0.72], [-2, 0.3],
  [-1, 0.58], [-3, 1.11], [6, 0.43], [-2, 0.36], [1, 0.49], [-3, 0.81], [2, 0.26], [2, 0.67], [-5, 0.54],
  [3, 0.38], [1, 0.91], [1, 0.32], [-4, 0.45], [2, 0.76], [-1, 0.6], [3, 0.4], [-2, 1.3],
]

const D_MAJOR = [0, 2, 4, 5, 7, 9, 11]
const TONIC = 62

const samples = LENGTH_S * SAMPLE_RATE
const left = new Float64Array(samples)
const right = new Float64Array(samples)

interface Note {
  startS: number
  lengthS: number
  hz: number
  gain: number
  /** -1 left .. 1 right */
  pan: number
  attackS: number
  /** seconds until the note has fallen to 1/e; undefined holds it */
  decayS?: number
  /** of the harmonics, from the fundamental up */
  harmonics: readonly number[]
}

function hertz(midi: number, cents = 0): number {
  return 440 * 2 ** ((midi - 69 + cents / 100) / 12)
}

function play(note: Note): void {
  const from = Math.round(note.startS * SAMPLE_RATE)
  const count = Math.min(samples - from, Math.round(note.lengthS * SAMPLE_RATE))
  const angle = ((note.pan + 1) * Math.PI) / 4
  const toLeft = note.gain * Math.cos(angle)
  const toRight = note.gain * Math.sin(angle)
  for (let i = 0; i < count; i++) {
    const sample = envelope(note, i / SAMPLE_RATE) * waveform(note, i / SAMPLE_RATE)
    left[from + i] = (left[from + i] ?? 0) + sample * toLeft
    right[from + i] = (right[from + i] ?? 0) + sample * toRight
  }
}

/** Rises, decays or holds, and falls to nothing over the last 0.7 s (or a third) of the note. */
function envelope(note: Note, atS: number): number {
  const releaseS = Math.min(0.7, note.lengthS / 3)
  const attack = smooth(atS / note.attackS)
  const release = smooth((note.lengthS - atS) / releaseS)
  return attack * release * (note.decayS === undefined ? 1 : Math.exp(-atS / note.decayS))
}

function smooth(x: number): number {
  const clamped = Math.min(1, Math.max(0, x))
  return clamped * clamped * (3 - 2 * clamped)
}

function waveform(note: Note, atS: number): number {
  let sum = 0
  note.harmonics.forEach((gain, n) => {
    sum += gain * Math.sin(2 * Math.PI * note.hz * (n + 1) * atS)
  })
  return sum
}

/** The notes of a chord lean to the two sides in turn, each a little out of tune with itself. */
function playChords(): void {
  let startS = 0
  CHORDS.forEach(({ notes, untilS }, index) => {
    const lengthS = Math.min(LENGTH_S - startS, untilS - startS + 0.6)
    const brightness = 0.2 + (0.5 * startS) / LENGTH_S
    const harmonics = [1, brightness, brightness ** 2, brightness ** 3 * 0.7]
    notes.forEach((midi, voice) => {
      const bass = voice === 0
      const side = (voice + index) % 2 === 0 ? -1 : 1
      const pan = side * (bass ? 0.6 : 0.85)
      const gain = bass ? 0.28 : 0.15
      play({ startS, lengthS, hz: hertz(midi, pan * 2), gain, pan, attackS: 0.25 + 0.09 * voice, harmonics })
    })
    startS = untilS
  })
}

/** Bells, each answered by a quieter echo from the other side. */
function playMelody(): void {
  let startS = 1.1
  let step = 4
  MELODY.forEach(([steps, restS], index) => {
    step = Math.min(13, Math.max(0, step + steps))
    const degree = D_MAJOR[step % 7] ?? 0
    const hz = hertz(TONIC + degree + 12 * Math.floor(step / 7))
    const pan = Math.sin(index * 2.4) * 0.9
    const bell: Note = {
      startS,
      lengthS: 2.2,
      hz,
      gain: 0.2,
      pan,
      attackS: 0.012,
      decayS: 0.55,
      harmonics: [1, 0.3, 0.12, 0.05],
    }
    play(bell)
    play({ ...bell, startS: startS + 0.34, gain: 0.07, pan: -pan })
    startS += restS
  })
}

function mixDown(): Float32Array {
  const pcm = new Float32Array(samples * 2)
  for (let i = 0; i < samples; i++) {
    const atS = i / SAMPLE_RATE
    const gain = smooth(atS / FADE_IN_S) * smooth((LENGTH_S - atS) / FADE_OUT_S)
    pcm[2 * i] = gain * (left[i] ?? 0)
    pcm[2 * i + 1] = gain * (right[i] ?? 0)
  }
  const gain = 10 ** ((LOUDNESS_LUFS - loudnessLufs(pcm, 2)) / 20)
  return pcm.map((sample) => sample * gain)
}

async function writeWav(path: string, pcm: Float32Array): Promise<void> {
  const pcm16 = Int16Array.from(pcm, toInt16)
  const data = new Uint8Array(pcm16.buffer)
  await writeFile(path, Buffer.concat([wavHeader(2, data.length), data]))
}

const path = process.argv[2]
if (path === undefined) throw new Error('name the WAV file to write')
playChords()
playMelody()
const pcm = mixDown()
await writeWav(path, pcm)
const peak = pcm.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0)
console.log(
  `${path}: ${LENGTH_S} s, ${loudnessLufs(pcm, 2).toFixed(2)} LUFS, peak ${(20 * Math.log10(peak)).toFixed(2)} dBFS`,
)
