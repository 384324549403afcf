import { ReachabilityWatch } from '@pearcast/swarm'

/* Preloaded into a process of a negative control: the station never looks at which address it is seen. */

ReachabilityWatch.prototype.start = () => undefined
