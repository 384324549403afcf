import type {
  ElectronApi,
  MenuItem,
  Port,
  Question,
  Session,
  UtilityProcess,
  Window,
  WindowOptions,
} from '../electron-api.ts'
import type { FromEngineProcess, ToEngine } from '../engine/messages.ts'
import { Handlers } from './handlers.ts'

class FakePort implements Port {
  isClosed = false
  close(): void {
    this.isClosed = true
  }
}

/** An event that may be prevented. */
export class FakeEvent {
  isPrevented = false
  preventDefault(): void {
    this.isPrevented = true
  }
}

/** The engine's process, as far as the main process sees it. */
export class FakeChild implements UtilityProcess {
  readonly got: { message: ToEngine; ports: Port[] }[] = []
  readonly args: string[]
  isKilled = false
  readonly #handlers: Handlers

  constructor(handlers: Handlers, args: string[]) {
    this.#handlers = handlers
    this.args = args
  }

  postMessage(message: ToEngine, ports: Port[] = []): void {
    this.got.push({ message, ports })
    if (message.type === 'close') queueMicrotask(() => this.exit(0))
  }

  kill(): boolean {
    this.isKilled = true
    this.exit(1)
    return true
  }

  on(event: string, listener: (argument: never) => void): void {
    this.#handlers.replace(`engine ${event}`, listener)
  }

  say(message: FromEngineProcess): void {
    this.#handlers.call('engine message', message)
  }

  exit(code: number): void {
    this.#handlers.call('engine exit', code)
  }

  said(): ToEngine[] {
    return this.got.map(({ message }) => message)
  }
}

export class FakeWindow implements Window {
  readonly options: WindowOptions
  url = ''
  isShown: boolean
  isDestroyedNow = false
  reloads = 0
  readonly given: { channel: string; ports: Port[] }[] = []
  readonly webContents: Window['webContents']
  readonly #handlers: Handlers

  constructor(handlers: Handlers, options: WindowOptions) {
    this.options = options
    this.isShown = options.show
    this.#handlers = handlers
    this.webContents = {
      reload: () => this.reloads++,
      postMessage: (channel, _, ports = []) => this.given.push({ channel, ports }),
      setWindowOpenHandler: (handler) => handlers.replace('page window-open', handler),
      on: (event: string, listener: (argument: never) => void) => handlers.replace(`page ${event}`, listener),
    }
  }

  on(event: string, listener: (argument: never) => void): void {
    this.#handlers.replace(`window ${event}`, listener)
  }

  loadURL(url: string): Promise<void> {
    this.url = url
    return Promise.resolve()
  }

  show(): void {
    this.isShown = true
  }

  hide(): void {
    this.isShown = false
  }

  focus(): void {}
  restore(): void {}

  isMinimized(): boolean {
    return !this.isShown
  }

  isDestroyed(): boolean {
    return this.isDestroyedNow
  }

  destroy(): void {
    this.isDestroyedNow = true
    this.#handlers.call('window closed')
  }

  /** What the user does with its button. */
  close(): boolean {
    const event = new FakeEvent()
    this.#handlers.call('window close', event)
    if (event.isPrevented) return false
    this.destroy()
    this.#handlers.call('app window-all-closed')
    return true
  }
}

/** Electron without Electron: keeps what it is given, and does only what is asked of it by a test. */
export class FakeElectron {
  readonly handlers: Handlers = new Handlers()
  readonly windows: FakeWindow[] = []
  readonly children: FakeChild[] = []
  readonly questions: Question[] = []
  readonly errors: string[] = []
  readonly opened: string[] = []
  readonly shortcuts: Set<string> = new Set()
  readonly done: string[] = []
  /** The button that the user presses. */
  answer = 0
  hasLock = true
  ready: Promise<void> = Promise.resolve()
  isPackaged = true
  isAutostarted = false
  microphone = 'granted'
  isAwake = false
  trayImage = ''
  toolTip = ''
  menu: MenuItem[] = []
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  get window(): FakeWindow {
    const window = this.windows.at(-1)
    if (window === undefined) throw new Error('no window was opened')
    return window
  }

  get child(): FakeChild {
    const child = this.children.at(-1)
    if (child === undefined) throw new Error('no engine was started')
    return child
  }

  press(label: string): void {
    this.handlers.call(`menu ${label}`)
  }

  askForPort(sender: object = this.window.webContents, url: string = this.window.url): void {
    this.handlers.call('ipc pearcast:ask-for-port', { sender, senderFrame: { url } })
  }

  may(permission: string, mediaTypes: string[], requestingUrl = 'pearcast-page://app/'): Promise<boolean> {
    return new Promise((resolve) => {
      this.handlers.call('session request', {}, permission, resolve, { requestingUrl, mediaTypes })
    })
  }

  /** As `import * as electron` has it. */
  get api(): ElectronApi {
    const { done, handlers, windows } = this
    const setImage = (image: string): void => void (this.trayImage = image)
    const setToolTip = (text: string): void => void (this.toolTip = text)
    const on =
      (prefix: string) =>
      (event: string, listener: (...args: never[]) => void): void =>
        handlers.add(`${prefix} ${event}`, listener)
    return {
      app: this.#app(),
      BrowserWindow: class extends FakeWindow {
        constructor(options: WindowOptions) {
          super(handlers, options)
          windows.push(this)
        }
      },
      Tray: class {
        constructor(image: string) {
          setImage(image)
        }
        setImage(image: string): void {
          setImage(image)
        }
        setToolTip(text: string): void {
          setToolTip(text)
        }
        setContextMenu(): void {}
        destroy(): void {
          done.push('tray destroyed')
        }
        on(event: string, listener: () => void): void {
          handlers.add(`tray ${event}`, listener)
        }
      },
      Menu: {
        buildFromTemplate: (template) => {
          this.menu = template
          for (const { click, label } of template)
            if (click !== undefined) handlers.replace(`menu ${label}`, click)
          return {}
        },
        setApplicationMenu: (menu) => void this.done.push(menu === null ? 'no menu' : 'application menu'),
      },
      MessageChannelMain: class {
        readonly port1 = new FakePort()
        readonly port2 = new FakePort()
      },
      dialog: {
        showMessageBox: (question) => {
          this.questions.push(question)
          return Promise.resolve({ response: this.answer })
        },
        showErrorBox: (_, content) => void this.errors.push(content),
      },
      globalShortcut: {
        register: (key, callback) => {
          this.shortcuts.add(key)
          handlers.replace(`key ${key}`, callback)
          return true
        },
        unregister: (key) => void this.shortcuts.delete(key),
      },
      ipcMain: { on: on('ipc') },
      powerMonitor: { on: on('power') },
      powerSaveBlocker: {
        start: () => {
          this.isAwake = true
          return 7
        },
        stop: (id) => void (this.isAwake = id !== 7),
      },
      protocol: {
        registerSchemesAsPrivileged: (schemes) => void this.done.push(`scheme ${schemes[0]?.scheme}`),
        handle: (scheme, handler) => handlers.add(`protocol ${scheme}`, handler),
      },
      session: { defaultSession: this.#session() },
      shell: {
        openExternal: (url) => {
          this.opened.push(url)
          return Promise.resolve()
        },
      },
      systemPreferences: {
        getMediaAccessStatus: () => this.microphone,
        askForMediaAccess: () => Promise.resolve(this.microphone === 'granted'),
      },
      utilityProcess: {
        fork: (_, args) => {
          const child = new FakeChild(handlers, args)
          this.children.push(child)
          return child
        },
      },
    }
  }

  #app(): ElectronApi['app'] {
    const { done, handlers } = this
    return {
      isPackaged: this.isPackaged,
      getPath: (name) => `${this.folder}/${name}`,
      setPath: (name, path) => void done.push(`${name} ${path}`),
      setAppUserModelId: () => {},
      enableSandbox: () => void done.push('sandbox'),
      requestSingleInstanceLock: () => this.hasLock,
      setAsDefaultProtocolClient: (scheme, ...rest) => {
        done.push(['links', scheme, ...rest.flat()].join(' '))
        return true
      },
      setLoginItemSettings: ({ openAtLogin }) => void (this.isAutostarted = openAtLogin),
      getLoginItemSettings: () => ({ openAtLogin: this.isAutostarted }),
      whenReady: () => this.ready,
      relaunch: (options) => void done.push(`relaunch ${options?.execPath ?? 'itself'}`),
      quit: () => {
        const event = new FakeEvent()
        if (handlers.has('app before-quit')) handlers.call('app before-quit', event)
        if (!event.isPrevented) done.push('quit')
      },
      exit: (code) => void done.push(`exit ${code}`),
      on: (event: string, listener: (...args: never[]) => void) => handlers.add(`app ${event}`, listener),
    }
  }

  #session(): Session {
    const { handlers } = this
    return {
      setPermissionRequestHandler: (handler) => handlers.add('session request', handler),
      setPermissionCheckHandler: (handler) => handlers.add('session check', handler),
      setDevicePermissionHandler: (handler) => handlers.add('session device', handler),
      webRequest: { onBeforeRequest: (listener) => handlers.add('session before-request', listener) },
    }
  }
}
