import { join } from 'node:path'

/** What package.json says of the app, to pear-runtime as well. */
export interface Manifest {
  name: string
  productName: string
  version: string
  /** Where updates come from: the link that `pear touch` made. */
  upgrade: string
}

/** The part of pear-runtime that is used, by shape. */
export interface Pear {
  /** For what the app keeps. */
  readonly storage: string
  readonly swarm: { destroy(): Promise<void> } | null
  readonly updater: {
    on(event: 'updated', listener: () => void): unknown
    on(event: 'error', listener: (error: Error) => void): unknown
    applyUpdate(): Promise<void>
  }
  on(event: 'error', listener: (error: Error) => void): unknown
  ready(): Promise<void>
  close(): Promise<void>
}

export interface PearOptions {
  dir: string
  /** What an update replaces; null when it is not an installed app. */
  app: string | null
  /** The name of `app` below `by-arch/…/app` in the drive. */
  name: string
  version: string
  upgrade: string
  updates: boolean
  bootstrap?: readonly { host: string; port: number }[] | undefined
}

export type PearConstructor = new (options: PearOptions) => Pear

/** 32 zero bytes: nobody can publish there. It stands in package.json until a release line has a link. */
const NO_LINK = `pear://${'y'.repeat(52)}`

interface RuntimeOptions {
  PearRuntime: PearConstructor
  manifest: Manifest
  dir: string
  updates: boolean
  /** The DHT of tests, or of who has one of his own. */
  bootstrap: readonly { host: string; port: number }[] | undefined
  app: string | null
  platform: NodeJS.Platform
  onUpdated: () => void
}

/** pear-runtime: where things are kept, and updates from peer to peer. */
export class Runtime {
  readonly #pear: Pear
  hasUpdate = false

  constructor(options: RuntimeOptions) {
    const { PearRuntime, app, bootstrap, dir, onUpdated, platform, updates } = options
    const { productName, upgrade, version } = options.manifest
    const isUpdating = updates && upgrade !== NO_LINK && app !== null
    this.#pear = new PearRuntime({
      dir,
      app,
      name: `${productName}${EXTENSION[platform] ?? ''}`,
      version,
      upgrade,
      updates: isUpdating,
      // Without updates nobody is asked for any: the swarm that pear-runtime opens in any case knows no node.
      bootstrap: isUpdating ? bootstrap : [],
    })
    this.#pear.updater.on('updated', () => {
      this.hasUpdate = true
      onUpdated()
    })
    // An update that failed is tried again with the next one; the app that runs is not affected.
    this.#pear.updater.on('error', () => {})
    this.#pear.on('error', () => {})
  }

  get storage(): string {
    return this.#pear.storage
  }

  /** What was downloaded takes the app's place, for the next start. */
  async close(): Promise<void> {
    await this.#pear.ready()
    if (this.hasUpdate) await this.#pear.updater.applyUpdate()
    const { swarm } = this.#pear
    await this.#pear.close()
    // pear-runtime 1.1.1 closes a swarm that it was given, and leaves its own one open.
    await swarm?.destroy()
  }
}

const EXTENSION: Partial<Record<NodeJS.Platform, string>> = {
  linux: '.AppImage',
  darwin: '.app',
  win32: '.msix',
}

interface AppPlace {
  isPackaged: boolean
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  execPath: string
  resourcesPath: string | undefined
}

/** What an update replaces: the AppImage, the .app bundle; Windows finds the package itself. */
export function installedApp({
  env,
  execPath,
  isPackaged,
  platform,
  resourcesPath,
}: AppPlace): string | null {
  if (!isPackaged) return null
  // Installed from a .deb, the system's package manager updates it.
  if (platform === 'linux') return env['APPIMAGE'] ?? null
  if (platform === 'win32') return execPath
  return resourcesPath === undefined ? null : join(resourcesPath, '..', '..')
}
