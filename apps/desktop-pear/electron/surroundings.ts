import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ElectronApi } from './electron-api.ts'
import type { Manifest, PearConstructor } from './runtime.ts'

/** The part of Node's `process` that is used, with what Electron adds. */
export interface MainProcess {
  readonly argv: string[]
  readonly env: NodeJS.ProcessEnv
  readonly execPath: string
  readonly platform: NodeJS.Platform
  readonly resourcesPath?: string | undefined
  cwd(): string
  on(event: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown
}

export interface Surroundings {
  electron: ElectronApi
  PearRuntime: PearConstructor
  process: MainProcess
  manifest: Manifest
  /** Where main.js, preload.cjs, engine.js and icons/ are. */
  folder: string
}

/** Beside the archive that a packaged app is: it is read as a folder. */
export function pageFolder({ electron, folder, process }: Surroundings): string {
  const beside = electron.app.isPackaged ? process.resourcesPath : undefined
  return join(beside ?? dirname(folder), 'page')
}

/** Where pear-runtime expects an app's data; in a clone where it does not mix with an installed app's. */
export function dataFolder({ env, platform }: MainProcess, app: ElectronApi['app']): string {
  if (!app.isPackaged) return join(app.getPath('temp'), 'pear')
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  return app.getPath('appData')
}
