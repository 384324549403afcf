import { RoutedLink } from '@pearcast/swarm'

/* Preloaded into a process of a negative control: a routed link never moves to the connection that it led to. */

RoutedLink.prototype.attach = () => undefined
