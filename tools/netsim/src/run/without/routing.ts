import { EnvelopeRouter } from '@pearcast/swarm'

/* Preloaded into a process of a negative control: a helper announces itself as ever, and passes nothing on. */

EnvelopeRouter.prototype.route = () => false
