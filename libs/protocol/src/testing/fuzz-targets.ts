import sodium from 'sodium-universal'
import { DatagramOpener, DatagramSealer, opusDurationSamples } from '../index.ts'
import { counting, frameOf } from './fixtures.ts'
import { makeVectors } from './vectors.ts'

/** A decoder, and messages to begin with. Layouts and their decoders are those of the vectors, so that none is forgotten. */
export interface Target {
  name: string
  genuine: readonly Uint8Array[]
  /** Returns undefined or "forged" for what is dropped without an error. */
  decode: (bytes: Uint8Array) => unknown
}

/** The vectors' own way of reading them looks into the bytes before the library does. */
const READ_OTHERWISE = new Set(['seal'])

export function fuzzTargets(): Target[] {
  const opus: Target = {
    name: 'opus packet',
    genuine: [
      frameOf().payload,
      Uint8Array.of(0xff, 0x42, 1, 2, 3),
      Uint8Array.of(0x83, 0xc2, 1, 9, 9, 9, 9, 0),
    ],
    decode: opusDurationSamples,
  }
  const key = counting(32)
  const sealer = new DatagramSealer(sodium, key)
  const opener = new DatagramOpener(sodium, key)
  const seal: Target = {
    name: 'seal',
    genuine: Array.from({ length: 8 }, (_, i) => sealer.seal(counting(1 + i * 40)).slice()),
    decode: (bytes) => opener.open(bytes),
  }
  const layouts = Object.entries(makeVectors()).flatMap(([name, { decode, file }]): Target[] => {
    if (decode === undefined || READ_OTHERWISE.has(name)) return []
    const samples = [...file.cases, ...file.refused].map(({ encoded }) => encoded)
    const isText = !samples.every((sample) => /^([0-9a-f]{2})*$/.test(sample))
    const form = isText ? 'utf8' : 'hex'
    return [
      {
        name,
        genuine: samples.map((sample) => Uint8Array.from(Buffer.from(sample, form))),
        decode: (bytes) => decode(Buffer.from(bytes).toString(form)),
      },
    ]
  })
  return [...layouts, seal, opus]
}
