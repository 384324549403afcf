/**
 * The part of Electron that is used, by shape: what decides here is run by tests without Electron, and `main.ts`, where the
 * real one is handed in, does not compile when it differs.
 */
export interface ElectronApi {
  readonly app: App
  readonly BrowserWindow: new (options: WindowOptions) => Window
  readonly Tray: new (image: string) => Tray
  readonly Menu: {
    buildFromTemplate(template: MenuItem[]): Menu
    setApplicationMenu(menu: Menu | null): void
  }
  readonly MessageChannelMain: new () => { readonly port1: Port; readonly port2: Port }
  readonly dialog: {
    showMessageBox(options: Question): Promise<{ response: number }>
    showErrorBox(title: string, content: string): void
  }
  readonly globalShortcut: {
    register(accelerator: string, callback: () => void): boolean
    unregister(accelerator: string): void
  }
  readonly ipcMain: { on(channel: string, listener: (event: IpcEvent) => void): unknown }
  readonly powerMonitor: { on(event: 'shutdown', listener: () => void): unknown }
  readonly powerSaveBlocker: {
    start(type: 'prevent-app-suspension'): number
    stop(id: number): void
  }
  readonly protocol: {
    registerSchemesAsPrivileged(schemes: { scheme: string; privileges: Record<string, boolean> }[]): void
    handle(scheme: string, handler: (request: { url: string; method: string }) => Response): void
  }
  readonly session: { readonly defaultSession: Session }
  readonly shell: { openExternal(url: string): Promise<void> }
  readonly systemPreferences: {
    getMediaAccessStatus(mediaType: 'microphone'): string
    askForMediaAccess(mediaType: 'microphone'): Promise<boolean>
  }
  readonly utilityProcess: {
    fork(modulePath: string, args: string[], options: { serviceName: string }): UtilityProcess
  }
}

interface App {
  readonly isPackaged: boolean
  getPath(name: 'appData' | 'temp' | 'home' | 'music'): string
  setPath(name: 'userData', path: string): void
  setAppUserModelId(id: string): void
  enableSandbox(): void
  requestSingleInstanceLock(): boolean
  setAsDefaultProtocolClient(protocol: string, path?: string, args?: string[]): boolean
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void
  getLoginItemSettings(options: { args: string[] }): { openAtLogin: boolean }
  whenReady(): Promise<void>
  relaunch(options?: { execPath?: string; args?: string[] }): void
  quit(): void
  exit(code: number): void
  on(event: 'second-instance', listener: (event: object, argv: string[]) => void): unknown
  on(event: 'open-url', listener: (event: Preventable, url: string) => void): unknown
  on(event: 'activate', listener: () => void): unknown
  on(event: 'window-all-closed', listener: () => void): unknown
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown
}

interface Preventable {
  preventDefault(): void
}

export interface WindowOptions {
  width: number
  height: number
  minWidth: number
  minHeight: number
  title: string
  icon: string
  show: boolean
  autoHideMenuBar: boolean
  webPreferences: {
    preload: string
    sandbox: boolean
    contextIsolation: boolean
    nodeIntegration: boolean
    webviewTag: boolean
    backgroundThrottling: boolean
    autoplayPolicy: 'no-user-gesture-required'
    navigateOnDragDrop: boolean
    spellcheck: boolean
    devTools: boolean
  }
}

export interface Window {
  readonly webContents: WebContents
  loadURL(url: string): Promise<void>
  show(): void
  hide(): void
  focus(): void
  restore(): void
  destroy(): void
  isMinimized(): boolean
  isDestroyed(): boolean
  on(event: 'close', listener: (event: Preventable) => void): unknown
  on(event: 'closed', listener: () => void): unknown
  on(event: 'session-end', listener: () => void): unknown
}

interface WebContents {
  reload(): void
  postMessage(channel: string, message: unknown, transfer?: Port[]): void
  setWindowOpenHandler(handler: () => { action: 'deny' }): void
  on(event: 'will-navigate', listener: (event: Preventable) => void): unknown
  on(event: 'will-frame-navigate', listener: (event: Preventable) => void): unknown
  on(event: 'will-redirect', listener: (event: Preventable) => void): unknown
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown
  on(event: 'will-prevent-unload', listener: (event: Preventable) => void): unknown
  on(event: 'render-process-gone', listener: () => void): unknown
}

export interface IpcEvent {
  readonly sender: object
  readonly senderFrame: { readonly url: string } | null
}

export interface Session {
  setPermissionRequestHandler(
    handler: (
      webContents: object,
      permission: string,
      callback: (isGranted: boolean) => void,
      details: PermissionDetails,
    ) => void,
  ): void
  setPermissionCheckHandler(
    handler: (
      webContents: object | null,
      permission: string,
      origin: string,
      details: { mediaType?: string },
    ) => boolean,
  ): void
  setDevicePermissionHandler(handler: () => boolean): void
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { url: string }, callback: (answer: { cancel: boolean }) => void) => void,
    ): void
  }
}

export interface PermissionDetails {
  readonly requestingUrl: string
  readonly mediaTypes?: string[]
}

export interface Tray {
  setImage(image: string): void
  setToolTip(text: string): void
  setContextMenu(menu: Menu | null): void
  destroy(): void
  on(event: 'click', listener: () => void): unknown
}

export interface MenuItem {
  label?: string
  type?: 'normal' | 'separator' | 'checkbox'
  role?: 'appMenu' | 'editMenu' | 'windowMenu'
  enabled?: boolean
  checked?: boolean
  click?: () => void
}

/** Only ever handed on: its shape is no concern of ours. */
type Menu = object

export interface Question {
  type: 'question' | 'warning'
  message: string
  detail: string
  buttons: string[]
  defaultId: number
  cancelId: number
}

export interface Port {
  close(): void
}

export interface UtilityProcess {
  postMessage(message: unknown, transfer?: Port[]): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
}
