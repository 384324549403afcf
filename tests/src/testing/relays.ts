import type { Lab, Pearcast } from './pearcast.ts'

interface Relay {
  process: Pearcast
  /** under which children dial it */
  key: string
}

/** Once others can find it. */
export async function startRelay(lab: Lab, ...args: string[]): Promise<Relay> {
  const process = lab.run('relay', ...args)
  const { key } = await process.until('relaying', 30_000)
  return { process, key: String(key) }
}

/** Who sends the audio now, by the latest event. */
export function parentOf(process: Pearcast): unknown {
  return process.of('parent').at(-1)?.['key']
}
