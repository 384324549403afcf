import { createRequire } from 'node:module'
import type * as Ndc from 'node-datachannel'
import { ModuleLoader } from '../module-loader.ts'

export type NativeRtc = Pick<typeof Ndc, 'PeerConnection' | 'Audio' | 'cleanup'>

// `require`, because loading must be lazy and synchronous; importing this library then costs no native code.
const require: NodeJS.Require = createRequire(import.meta.url)

export const native: ModuleLoader<NativeRtc> = new ModuleLoader('node-datachannel', (): NativeRtc =>
  require('node-datachannel'),
)
