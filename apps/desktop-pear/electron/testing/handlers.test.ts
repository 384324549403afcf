import { expect, test } from 'vitest'
import type { WindowOptions } from '../electron-api.ts'
import { FakeElectron } from './fake-electron.ts'
import { unreached } from './handlers.ts'

const nothing = (): void => {}
const WINDOW: WindowOptions = {
  width: 900,
  height: 760,
  minWidth: 360,
  minHeight: 480,
  title: 'pearCast',
  icon: 'icon.png',
  show: true,
  autoHideMenuBar: true,
  webPreferences: {
    preload: 'preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    backgroundThrottling: false,
    autoplayPolicy: 'no-user-gesture-required',
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  },
}

/** One handler in each place where Electron takes one. */
function giveHandlers({ api }: FakeElectron): void {
  api.app.on('activate', nothing)
  api.ipcMain.on('pearcast:ask-for-port', nothing)
  api.powerMonitor.on('shutdown', nothing)
  api.protocol.handle('pearcast-page', () => new Response())
  api.globalShortcut.register('MediaStop', nothing)
  api.Menu.buildFromTemplate([{ label: 'Quit', click: nothing }])
  new api.Tray('icon.png').on('click', nothing)
  api.utilityProcess.fork('engine.js', [], { serviceName: 'engine' }).on('exit', nothing)
  const { defaultSession } = api.session
  defaultSession.setPermissionRequestHandler(nothing)
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.webRequest.onBeforeRequest(nothing)
  const window = new api.BrowserWindow(WINDOW)
  window.on('closed', nothing)
  window.webContents.on('will-navigate', nothing)
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

test('a handler that no test calls is found, wherever it was given', () => {
  const electron = new FakeElectron('/nowhere')
  giveHandlers(electron)
  expect(unreached([electron.handlers]).toSorted()).toEqual([
    'app activate',
    'engine exit',
    'ipc pearcast:ask-for-port',
    'key MediaStop',
    'menu Quit',
    'page will-navigate',
    'page window-open',
    'power shutdown',
    'protocol pearcast-page',
    'session before-request',
    'session check',
    'session device',
    'session request',
    'tray click',
    'window closed',
  ])
})

test('one that any test calls is not', () => {
  const [first, second] = [new FakeElectron('/nowhere'), new FakeElectron('/nowhere')]
  for (const each of [first, second]) giveHandlers(each)
  second.handlers.call('app activate')
  expect(unreached([first.handlers, second.handlers])).not.toContain('app activate')
  expect(unreached([first.handlers, second.handlers])).toContain('tray click')
})
