import { Playout } from '@pearcast/media'

/* Preloaded into a process of a negative control: lost frames are asked for, and not waited for. */

Playout.prototype.awaitRepair = () => undefined
