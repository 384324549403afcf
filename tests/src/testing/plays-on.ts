import type { Pearcast } from './pearcast.ts'

function framesPlayed(listener: Pearcast): number {
  return Number(listener.of('stats').at(-1)?.['framesPlayed'] ?? 0)
}

/** Resolves when it has played so many more frames. */
export async function playsOn(listener: Pearcast, frames = 100, withinMs = 20_000): Promise<void> {
  const from = listener.events.length
  const before = framesPlayed(listener)
  const isOn = (event: { event: string }): boolean =>
    event.event === 'stats' && framesPlayed(listener) >= before + frames
  await listener.until(isOn, withinMs, from)
}
