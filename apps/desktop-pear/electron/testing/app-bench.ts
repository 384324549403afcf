import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MainProcess } from '../surroundings.ts'
import { start } from '../wire.ts'
import { FakeElectron } from './fake-electron.ts'
import { FakePear } from './fake-pear.ts'

/** How the app is started. */
export interface Settings {
  platform?: NodeJS.Platform
  argv?: string[]
  env?: NodeJS.ProcessEnv
  upgrade?: string
}

/** A computer with the app's files on it, and no Electron but a faked one. */
export class AppBench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'pearcast-desktop-'))
  readonly electron: FakeElectron = new FakeElectron(this.folder)

  constructor() {
    for (const page of this.#pages) {
      mkdirSync(page, { recursive: true })
      writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>')
    }
  }

  async start(settings: Settings = {}): Promise<FakeElectron> {
    const { argv = [], env = {}, platform = 'linux', upgrade = `pear://${'q'.repeat(52)}` } = settings
    const { electron, folder } = this
    const process: MainProcess = {
      argv: electron.isPackaged ? ['/opt/pearcast', ...argv] : ['/opt/electron', '.', ...argv],
      env: { XDG_CONFIG_HOME: join(folder, 'config'), ...env },
      execPath: '/opt/pearcast',
      platform,
      resourcesPath: this.#resources,
      cwd: () => folder,
      on: (signal, listener) => electron.handlers.add(`process ${signal}`, listener),
    }
    await start({
      electron: electron.api,
      PearRuntime: FakePear,
      process,
      manifest: { name: 'pearcast', productName: 'pearCast', version: '0.1.0', upgrade },
      folder: join(folder, 'electron'),
    })
    return electron
  }

  /** As in a clone in which it was not built. */
  removePage(): void {
    for (const page of this.#pages) rmSync(join(page, 'index.html'))
  }

  close(): void {
    rmSync(this.folder, { recursive: true })
  }

  get #pages(): string[] {
    return [join(this.folder, 'page'), join(this.#resources, 'page')]
  }

  /** As in a bundle of macOS. */
  get #resources(): string {
    return join(this.folder, 'pearCast.app', 'Contents', 'Resources')
  }
}
