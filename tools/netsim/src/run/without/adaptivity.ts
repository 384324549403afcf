import { rewrite } from './rewrite.ts'

/* Preloaded into a process of a negative control: playout keeps its smallest delay, whatever comes late. */

rewrite('libs/media/src/delay-target.ts', 'return this.#us', 'return this.#minUs')
