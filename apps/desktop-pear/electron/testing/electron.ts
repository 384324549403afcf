/**
 * Stands in for the module `electron` where its binary is missing. The main process and the engine are real processes and
 * run the code that ships; the window is a page in a browser, served by the app's own protocol handler from 127.0.0.1; ports
 * go over a WebSocket to the page and over Node's channel to the engine. What a user or the system would do comes as lines of
 * JSON on stdin (`Asked`), what they would see goes as such lines to stdout (`Told`).
 */
import { fork, type ChildProcess } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ElectronApi, MenuItem } from '../electron-api.ts'
import type { Asked, FromMain, Told, ToMain } from './channel.ts'
import { Handlers } from './handlers.ts'

const handlers = new Handlers()
const PAGE = 'pearcast-page://app'
const tell = (told: Told): void =>
  void process.stdout.write(`${JSON.stringify({ ...told, t: Date.now() })}\n`)
const on =
  (prefix: string) =>
  (event: string, listener: (...args: never[]) => void): void =>
    handlers.replace(`${prefix} ${event}`, listener)
let button = 0
let toolTip = ''

/** One end of a channel. What is posted at the other end arrives wherever this one was handed to. */
class Port {
  static #ids = 0
  static readonly all = new Map<number, Port>()
  readonly id: number = ++Port.#ids
  peer: Port | undefined
  deliver: (data: unknown) => void = () => {}
  end: () => void = () => {}

  constructor() {
    Port.all.set(this.id, this)
  }

  close(): void {
    Port.all.delete(this.id)
    this.peer?.end()
  }
}

let page: WebSocket | undefined

/** A number before the bytes says which port they are of; text is JSON with the same. */
function toPage(port: Port): void {
  const socket = page
  port.deliver = (data) => {
    if (!(data instanceof Uint8Array)) return socket?.send(JSON.stringify({ port: port.id, data }))
    const bytes = Buffer.alloc(4 + data.length)
    bytes.writeUInt32LE(port.id)
    bytes.set(data, 4)
    socket?.send(bytes)
  }
  port.end = () => socket?.send(JSON.stringify({ closed: port.id }))
}

function fromPage(data: Buffer, isBinary: boolean): void {
  if (isBinary) return Port.all.get(data.readUInt32LE())?.peer?.deliver(new Uint8Array(data.subarray(4)))
  const message: { send?: string; port?: number; data?: unknown } = JSON.parse(data.toString())
  if (message.send !== undefined) {
    const [sender, senderFrame] = [webContents, { url: `${PAGE}/?engine=port` }]
    return void handlers.call(`ipc ${message.send}`, { sender, senderFrame })
  }
  if (message.port !== undefined) Port.all.get(message.port)?.peer?.deliver(message.data)
}

const server = createServer((request, response) => void serve(request, response))
const sockets = new WebSocketServer({ server, path: '/__electron' })
sockets.on('connection', (socket) => {
  page = socket
  socket.on('message', (data: Buffer, isBinary) => fromPage(data, isBinary))
  socket.on('error', () => {})
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = { url: `${PAGE}${request.url ?? '/'}`, method: request.method ?? 'GET' }
  const answer: unknown = await handlers.call('protocol pearcast-page', asked)
  if (!(answer instanceof Response)) throw new Error('the protocol handler gave no answer')
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(Buffer.from(await answer.arrayBuffer()))
}

function quit(code: number): void {
  tell({ event: 'quit' })
  process.exitCode = code
  // Whatever is still open would keep the process; the end is to come by itself.
  process.stdin.destroy()
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  server.close()
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const asked: Asked = JSON.parse(line)
  switch (asked.ask) {
    case 'second-instance':
      return void handlers.call('app second-instance', {}, asked.argv)
    case 'menu':
      return void handlers.call(`menu ${asked.label}`)
    case 'answer':
      button = asked.button
      return
    case 'close-window': {
      let isPrevented = false
      handlers.call('window close', { preventDefault: () => (isPrevented = true) })
      if (!isPrevented) closeWindow()
    }
  }
})

function closeWindow(): void {
  page?.terminate()
  handlers.call('window closed')
  handlers.call('app window-all-closed')
}

const webContents: InstanceType<ElectronApi['BrowserWindow']>['webContents'] = {
  reload: () => {},
  postMessage: (channel, _, given = []) => {
    const ports = given.filter((each) => each instanceof Port)
    for (const port of ports) toPage(port)
    page?.send(JSON.stringify({ post: channel, ports: ports.map(({ id }) => id) }))
  },
  setWindowOpenHandler: (handler) => handlers.replace('page window-open', handler),
  on: on('page'),
}

/** Answers what Node's channel brings from the engine's process. */
function followEngine(child: ChildProcess, ports: ReadonlySet<Port>): void {
  child.on('message', (message: ToMain) => {
    if (message.type === 'parent') handlers.call('engine message', message.message)
    else if (message.type === 'port') Port.all.get(message.id)?.peer?.deliver(message.data)
    else Port.all.get(message.id)?.close()
  })
  child.on('exit', (code) => {
    for (const port of ports) port.close()
    handlers.call('engine exit', code ?? 1)
  })
}

function toEngine(child: ChildProcess, port: Port): void {
  const send = (message: FromMain): void => {
    if (child.connected) child.send(message)
  }
  port.deliver = (data) => send({ type: 'port', id: port.id, data })
  port.end = () => send({ type: 'closed', id: port.id })
}

export const app: ElectronApi['app'] = {
  isPackaged: false,
  getPath: () => tmpdir(),
  setPath: () => {},
  setAppUserModelId: () => {},
  enableSandbox: () => {},
  requestSingleInstanceLock: () => true,
  setAsDefaultProtocolClient: () => true,
  setLoginItemSettings: () => {},
  getLoginItemSettings: () => ({ openAtLogin: false }),
  whenReady: () => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)),
  relaunch: () => {},
  quit: () => {
    let isPrevented = false
    handlers.call('app before-quit', { preventDefault: () => (isPrevented = true) })
    if (!isPrevented) quit(0)
  },
  exit: (code) => quit(code),
  on: on('app'),
}

export const BrowserWindow: ElectronApi['BrowserWindow'] = class {
  readonly webContents = webContents
  on = on('window')

  loadURL(url: string): Promise<void> {
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    tell({ event: 'window', url: url.replace(PAGE, `http://127.0.0.1:${port}`) })
    return Promise.resolve()
  }

  show(): void {}
  focus(): void {}
  restore(): void {}

  hide(): void {
    tell({ event: 'hidden' })
  }

  destroy(): void {
    handlers.call('window closed')
  }

  isMinimized(): boolean {
    return false
  }

  isDestroyed(): boolean {
    return false
  }
}

export const Tray: ElectronApi['Tray'] = class {
  on = on('tray')
  setImage(): void {}
  setContextMenu(): void {}
  destroy(): void {}

  setToolTip(text: string): void {
    if (text !== toolTip) tell({ event: 'tray', toolTip: text })
    toolTip = text
  }
}

export const MessageChannelMain: ElectronApi['MessageChannelMain'] = class {
  readonly port1 = new Port()
  readonly port2 = new Port()

  constructor() {
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}

export const utilityProcess: ElectronApi['utilityProcess'] = {
  fork: (file, args) => {
    const execArgv = ['--import', new URL('parent-port.ts', import.meta.url).href]
    const child = fork(file, args, { execArgv, serialization: 'advanced' })
    const held = new Set<Port>()
    followEngine(child, held)
    tell({ event: 'engine', pid: child.pid ?? 0 })
    return {
      postMessage: (message, given = []) => {
        const ports = given.filter((each) => each instanceof Port)
        for (const port of ports) {
          toEngine(child, port)
          held.add(port)
        }
        const all: FromMain = { type: 'parent', message, ports: ports.map(({ id }) => id) }
        if (child.connected) child.send(all)
      },
      kill: () => child.kill('SIGKILL'),
      on: on('engine'),
    }
  },
}

export const Menu: ElectronApi['Menu'] = {
  buildFromTemplate: (template: MenuItem[]) => {
    for (const { click, label } of template) if (click !== undefined) handlers.replace(`menu ${label}`, click)
    return {}
  },
  setApplicationMenu: () => {},
}
export const dialog: ElectronApi['dialog'] = {
  showMessageBox: ({ message }) => {
    tell({ event: 'question', message })
    return Promise.resolve({ response: button })
  },
  showErrorBox: (_, message) => tell({ event: 'trouble', message }),
}
export const ipcMain: ElectronApi['ipcMain'] = { on: on('ipc') }
export const powerMonitor: ElectronApi['powerMonitor'] = { on: on('power') }
export const powerSaveBlocker: ElectronApi['powerSaveBlocker'] = { start: () => 1, stop: () => {} }
export const globalShortcut: ElectronApi['globalShortcut'] = { register: () => true, unregister: () => {} }
export const shell: ElectronApi['shell'] = { openExternal: () => Promise.resolve() }
export const systemPreferences: ElectronApi['systemPreferences'] = {
  getMediaAccessStatus: () => 'granted',
  askForMediaAccess: () => Promise.resolve(true),
}
export const protocol: ElectronApi['protocol'] = {
  registerSchemesAsPrivileged: () => {},
  handle: (scheme, handler) => handlers.replace(`protocol ${scheme}`, handler),
}
export const session: ElectronApi['session'] = {
  defaultSession: {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
    setDevicePermissionHandler: () => {},
    webRequest: { onBeforeRequest: () => {} },
  },
}
