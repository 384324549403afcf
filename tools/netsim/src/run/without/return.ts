import { rewrite } from './rewrite.ts'

/* Preloaded into a process of a negative control: a station whose network was away does not announce itself again. */

rewrite('libs/swarm/src/reachability.ts', 'if (!change && this.#returned) {', 'if (false) {')
