import { join } from 'node:path'
import type { ElectronApi, IpcEvent, Window } from './electron-api.ts'
import type { EngineProcess } from './engine-process.ts'
import { isPageUrl, PAGE_URL } from './page-files.ts'

interface PageWindowOptions {
  electron: ElectronApi
  engine: EngineProcess
  /** Where the preload script and the icons are. */
  folder: string
  /** Asked before the window closes. It may show a question and close it later itself. */
  mayClose: () => boolean
  /** The system ends: it waits for nobody. */
  onSessionEnd: () => void
}

const ASK = 'pearcast:ask-for-port'
const GIVE = 'pearcast:port'
/** A page that fails this often in a row is not loaded again by itself. */
const MAX_RELOADS = 3

/** The one window. Hidden it goes on capturing and playing; closed it is made anew when it is wanted again. */
export class PageWindow {
  readonly #options: PageWindowOptions
  #window: Window | undefined
  #reloads = 0
  /** Before it asks there is nobody to take one. */
  #hasAsked = false

  constructor(options: PageWindowOptions) {
    this.#options = options
    options.electron.ipcMain.on(ASK, (event) => this.#answer(event))
  }

  /** Opens it, or brings it to the front. */
  show(): void {
    const window = this.#window
    if (window === undefined) return this.#open()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  /** Another port in place of the last. Chromium does not tell a page that the other end of its port is gone. */
  givePort(): void {
    const { electron, engine } = this.#options
    if (this.#window === undefined || !this.#hasAsked) return
    const { port1, port2 } = new electron.MessageChannelMain()
    engine.attach(port1)
    this.#window.webContents.postMessage(GIVE, null, [port2])
  }

  hide(): void {
    this.#window?.hide()
  }

  close(): void {
    this.#window?.destroy()
  }

  #open(): void {
    const { electron, folder, mayClose, onSessionEnd } = this.#options
    const window = new electron.BrowserWindow({
      width: 900,
      height: 760,
      minWidth: 360,
      minHeight: 480,
      title: 'pearCast',
      icon: join(folder, 'icons', 'icon.png'),
      show: true,
      autoHideMenuBar: true,
      webPreferences: {
        preload: join(folder, 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        // Sound goes on when the window is hidden.
        backgroundThrottling: false,
        autoplayPolicy: 'no-user-gesture-required',
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: !electron.app.isPackaged,
      },
    })
    this.#window = window
    this.#hasAsked = false
    refuseToLeave(window)
    window.on('close', (event) => {
      if (!mayClose()) event.preventDefault()
    })
    window.on('closed', () => (this.#window = undefined))
    window.on('session-end', onSessionEnd)
    window.webContents.on('render-process-gone', () => {
      if (this.#reloads++ < MAX_RELOADS) window.webContents.reload()
    })
    void window.loadURL(PAGE_URL)
  }

  /** One for each time that our own page asks; the engine closes the last one. */
  #answer({ sender, senderFrame }: IpcEvent): void {
    if (sender !== this.#window?.webContents || !isPageUrl(senderFrame?.url ?? '')) return
    this.#hasAsked = true
    this.givePort()
  }
}

/** The window shows one page for ever: no other one, no second window, nothing embedded. */
function refuseToLeave({ webContents }: Window): void {
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-frame-navigate', (event) => event.preventDefault())
  webContents.on('will-redirect', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  // The page would stay while on air; whether it may go was asked by us already, in words of our own.
  webContents.on('will-prevent-unload', (event) => event.preventDefault())
}
