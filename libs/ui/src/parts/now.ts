import { signal, type ReadonlySignal } from '@preact/signals'

const ticking = signal(Date.now())
setInterval(() => (ticking.value = Date.now()), 1000)

/** ms since 1970, once a second: for clocks that run. */
export const now: ReadonlySignal<number> = ticking
