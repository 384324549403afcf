// `nx run protocol:fuzz`: mutated messages to every decoder. Usage: node --expose-gc scripts/fuzz.ts [--inputs N] [--seed N]
import { parseArgs } from 'node:util'
import { ProtocolError } from '../src/index.ts'
import { fuzzTargets, type Target } from '../src/testing/fuzz-targets.ts'
import { Mutator } from '../src/testing/mutator.ts'

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
})
const inputs = Number(values.inputs)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)

/** Memory is read so often; what the last half of the run adds to it is growth. */
const SAMPLES = 20
const MAX_GROWTH_MIB = 8

interface Outcome {
  understood: number
  refused: Map<string, number>
}

const targets = fuzzTargets()
const outcomes = new Map<string, Outcome>(
  targets.map(({ name }) => [name, { understood: 0, refused: new Map() }]),
)
const mutator = new Mutator(seed)
const heap: number[] = []
console.log(`seed ${seed}, ${inputs} inputs, ${targets.length} decoders`)
const startedMs = performance.now()
for (let i = 0; i < inputs; i++) {
  const target = targets[i % targets.length]
  if (target !== undefined) feed(target, mutator.next(target.genuine), i)
  if ((i + 1) % Math.ceil(inputs / SAMPLES) === 0) heap.push(heapMiB())
}
report()

/** Anything but a ProtocolError ends the run. */
function feed({ name, decode }: Target, bytes: Uint8Array, at: number): void {
  const outcome = outcomes.get(name)
  if (outcome === undefined) return
  try {
    const got = decode(bytes)
    if (got === undefined || got === 'forged') refuse(outcome, 'not authentic')
    else outcome.understood++
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw fault(name, at, bytes, error)
    refuse(outcome, error.code)
  }
}

function refuse({ refused }: Outcome, why: string): void {
  refused.set(why, (refused.get(why) ?? 0) + 1)
}

function fault(name: string, at: number, bytes: Uint8Array, cause: unknown): Error {
  const hex = Buffer.from(bytes).toString('hex')
  return new Error(`${name}: input ${at} of seed ${seed} is neither understood nor refused: ${hex}`, {
    cause,
  })
}

function heapMiB(): number {
  globalThis.gc?.()
  const { arrayBuffers, external, heapUsed } = process.memoryUsage()
  return (heapUsed + external + arrayBuffers) / 2 ** 20
}

function report(): void {
  const seconds = (performance.now() - startedMs) / 1000
  for (const [name, { understood, refused }] of outcomes) {
    const total = understood + [...refused.values()].reduce((sum, count) => sum + count, 0)
    const codes = [...refused].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`)
    console.log(`${name.padEnd(20)} ${total} inputs, ${understood} understood; ${codes.join(', ')}`)
  }
  const half = heap[SAMPLES / 2 - 1] ?? Number.NaN
  const growthMiB = (heap.at(-1) ?? Number.NaN) - half
  console.log(
    `${seconds.toFixed(1)} s, memory ${half.toFixed(1)} -> ${heap.at(-1)?.toFixed(1)} MiB in the second half`,
  )
  if (globalThis.gc !== undefined && growthMiB > MAX_GROWTH_MIB)
    throw new Error(`memory grew by ${growthMiB} MiB`)
}
