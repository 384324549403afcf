import { createRequire } from 'node:module'
import type * as Werift from 'werift'
import { ModuleLoader } from '../module-loader.ts'

export type WeriftModule = typeof Werift

// `require`, because loading takes 180 ms, and most processes use the other stack.
const require: NodeJS.Require = createRequire(import.meta.url)

export const werift: ModuleLoader<WeriftModule> = new ModuleLoader('werift', (): WeriftModule =>
  require('werift'),
)
