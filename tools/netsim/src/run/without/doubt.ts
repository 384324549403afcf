import { rewrite } from './rewrite.ts'

/*
 * Preloaded into a process of a negative control: one dial at a time, and one that is open is waited for however long it
 * says nothing, as if an open connection were a proven one.
 */

rewrite('libs/session-fsm/src/reconnect/machine.ts', 'maxInFlight: 4', 'maxInFlight: 1')
rewrite(
  'libs/swarm/src/connection-manager.ts',
  'HANDSHAKE_TIMEOUT_MS = 5000',
  'HANDSHAKE_TIMEOUT_MS = 600_000',
)
