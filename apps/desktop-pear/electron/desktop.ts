import { join } from 'node:path'
import type { Command } from '@pearcast/engine/schema'
import type { Arguments } from './arguments.ts'
import { autostart, type Autostart } from './autostart.ts'
import type { ElectronApi } from './electron-api.ts'
import { EngineProcess } from './engine-process.ts'
import { MediaKeys } from './media-keys.ts'
import { servePage } from './page-files.ts'
import { PageWindow } from './page-window.ts'
import { guardPermissions } from './permissions.ts'
import { installedApp, Runtime } from './runtime.ts'
import { dataFolder, pageFolder, type MainProcess, type Surroundings } from './surroundings.ts'
import { StationTray } from './tray.ts'
import { words } from './words.ts'

const APP_ID = 'org.pearcast.desktop'

/** The running app: one engine, one window, the tray. */
export class Desktop {
  readonly #electron: ElectronApi
  readonly #process: MainProcess
  readonly #runtime: Runtime
  readonly #engine: EngineProcess
  readonly #window: PageWindow
  readonly #tray: StationTray
  readonly #keys: MediaKeys
  readonly #autostart: Autostart
  #awake: number | undefined
  #phase: 'running' | 'asking' | 'ending' | 'ended' = 'running'

  static async open(surroundings: Surroundings, args: Arguments): Promise<Desktop> {
    const { electron, process } = surroundings
    electron.app.setAppUserModelId(APP_ID)
    electron.Menu.setApplicationMenu(
      // Without a menu, copy and paste have no keys on macOS; elsewhere they have them anyway.
      process.platform === 'darwin'
        ? electron.Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
        : null,
    )
    guardPermissions(electron, process.platform)
    await servePage(electron, pageFolder(surroundings))
    const desktop = new Desktop(surroundings, args)
    if (!args.isHidden) desktop.#window.show()
    return desktop
  }

  private constructor({ PearRuntime, electron, folder, manifest, process }: Surroundings, args: Arguments) {
    const { app } = electron
    const { env, execPath, platform, resourcesPath } = process
    this.#electron = electron
    this.#process = process
    this.#runtime = new Runtime({
      PearRuntime,
      manifest,
      dir: args.storage ?? join(dataFolder(process, app), manifest.productName),
      updates: args.updates,
      bootstrap: args.bootstrap,
      platform,
      app: installedApp({ env, execPath, platform, resourcesPath, isPackaged: app.isPackaged }),
      onUpdated: () => this.#show(),
    })
    this.#engine = new EngineProcess({
      electron,
      file: join(folder, 'engine.js'),
      args: {
        folder: this.#runtime.storage,
        bootstrap: args.bootstrap,
        // Where a user looks for them; another storage keeps its own.
        recordings: args.storage === undefined ? join(app.getPath('music'), manifest.productName) : undefined,
      },
      onStatus: () => this.#show(),
      onRestart: () => this.#window.givePort(),
      onGivenUp: () => this.#giveUp(),
    })
    const command = (what: Command): void => this.#engine.send({ type: 'command', command: what })
    this.#keys = new MediaKeys(electron, command)
    this.#autostart = autostart({ electron, env, execPath, platform })
    this.#window = new PageWindow({
      electron,
      engine: this.#engine,
      folder,
      mayClose: () => this.#mayClose(),
      onSessionEnd: () => void this.#end(),
    })
    this.#tray = new StationTray(electron, folder, manifest.version, {
      open: () => this.#window.show(),
      mute: (muted) => command({ name: 'mute', muted }),
      endBroadcast: () => command({ name: 'go-off-air' }),
      stopListening: () => command({ name: 'stop-listening' }),
      setAutostart: (isOn) => {
        this.#autostart.set(isOn)
        this.#show()
      },
      update: () => void this.#quit({ andStartAgain: true }),
      quit: () => void this.#quit(),
    })
    this.#show()
    this.#follow()
  }

  /** The window comes to the front, with the link of a station if there is one. */
  open(link: string | undefined): void {
    if (link !== undefined) this.#engine.send({ type: 'open-link', link })
    this.#window.show()
  }

  #follow(): void {
    const { app, powerMonitor } = this.#electron
    app.on('activate', () => this.#window.show())
    app.on('window-all-closed', () => {
      if (this.#process.platform !== 'darwin') app.quit()
    })
    app.on('before-quit', (event) => {
      if (this.#phase === 'ended') return
      event.preventDefault()
      void this.#quit()
    })
    powerMonitor.on('shutdown', () => void this.#end())
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      this.#process.on(signal, () => void this.#end())
  }

  #show(): void {
    // What the parts tell while they are made is shown by the last line of making them.
    if (this.#tray === undefined || this.#phase === 'ending' || this.#phase === 'ended') return
    const { status } = this.#engine
    this.#tray.show({
      status,
      isAutostarted: this.#autostart.isOn,
      hasUpdate: this.#runtime.hasUpdate,
    })
    this.#keys.follow(status)
    this.#stayAwake(status.broadcast !== null)
  }

  /** A computer that falls asleep takes the station off the air. */
  #stayAwake(isWanted: boolean): void {
    const { powerSaveBlocker } = this.#electron
    if (isWanted) this.#awake ??= powerSaveBlocker.start('prevent-app-suspension')
    if (isWanted || this.#awake === undefined) return
    powerSaveBlocker.stop(this.#awake)
    this.#awake = undefined
  }

  #mayClose(): boolean {
    const { broadcast } = this.#engine.status
    if (broadcast === null || this.#phase === 'ending' || this.#phase === 'ended') return true
    void this.#askAboutClosing(broadcast.title)
    return false
  }

  async #askAboutClosing(title: string): Promise<void> {
    const answer = await this.#ask(words.closing(title))
    if (answer === 0) this.#window.hide()
    if (answer === 1) await this.#end()
  }

  async #quit({ andStartAgain = false } = {}): Promise<void> {
    const { broadcast } = this.#engine.status
    if (broadcast !== null && (await this.#ask(words.quitting(broadcast.title))) !== 0) return
    await this.#end({ andStartAgain })
  }

  /** @returns the number of the button; none while the question is asked already */
  async #ask(question: {
    message: string
    detail: string
    buttons: readonly string[]
    defaultId: number
    cancelId: number
  }): Promise<number | undefined> {
    if (this.#phase !== 'running') return undefined
    this.#phase = 'asking'
    const buttons = [...question.buttons]
    const answer = this.#electron.dialog.showMessageBox({ type: 'question', ...question, buttons })
    const { response } = await answer
    this.#phase = 'running'
    return response
  }

  /** Off the air, everything closed, then out: no process stays behind. */
  async #end({ andStartAgain = false } = {}): Promise<void> {
    if (this.#phase === 'ending' || this.#phase === 'ended') return
    this.#phase = 'ending'
    const { app } = this.#electron
    this.#keys.release()
    this.#stayAwake(false)
    this.#window.hide()
    await Promise.allSettled([this.#engine.close(), this.#runtime.close()])
    this.#phase = 'ended'
    this.#tray.close()
    this.#window.close()
    const appImage = this.#process.env['APPIMAGE']
    if (andStartAgain) app.relaunch(appImage === undefined ? undefined : { execPath: appImage })
    app.quit()
  }

  #giveUp(): void {
    this.#electron.dialog.showErrorBox(words.name, words.engineFailed)
    void this.#end()
  }
}
