import { rewrite } from './rewrite.ts'

/* Preloaded into a process: nobody is kept warm beside the parent. */

rewrite('libs/relay/src/client/machine.ts', 'second === undefined && isRoom', 'false')
