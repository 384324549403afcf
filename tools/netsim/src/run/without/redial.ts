import { ConnectionManager } from '@pearcast/swarm'

/* Preloaded into a process of a negative control: a listener waits until its dead connection says that it is dead. */

ConnectionManager.prototype.redial = () => undefined
