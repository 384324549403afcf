/** The engine's process, an Electron utility process: it has a port to the main process, and nothing of Electron else. */
import type { ParentPort } from './engine/service.ts'
import { EngineService } from './engine/service.ts'

const parentPort: unknown = Reflect.get(process, 'parentPort')
if (!isParentPort(parentPort)) throw new Error('this is started by the app, as its utility process')
await EngineService.start(JSON.parse(process.argv[2] ?? '{}'), parentPort, () => process.exit())

function isParentPort(value: unknown): value is ParentPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value
}
