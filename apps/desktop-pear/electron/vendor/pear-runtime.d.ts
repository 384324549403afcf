/** pear-runtime 1.1.1 names an index.d.ts that it does not ship. */
declare module 'pear-runtime' {
  import type { PearConstructor } from '../runtime.ts'
  const PearRuntime: PearConstructor
  export default PearRuntime
}
