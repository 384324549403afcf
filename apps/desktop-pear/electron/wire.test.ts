import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EngineStatus } from './engine/messages.ts'
import { IDLE } from './engine/messages.ts'
import { AppBench, type Settings } from './testing/app-bench.ts'
import { FakeEvent, type FakeElectron } from './testing/fake-electron.ts'
import { FakePear } from './testing/fake-pear.ts'
import { unreached, type Handlers } from './testing/handlers.ts'

const LINK = `pearcast://${'y'.repeat(58)}`
const ON_AIR: EngineStatus = { ...IDLE, broadcast: { title: 'Kitchen Radio', listeners: 2 } }
const LISTENING: EngineStatus = { ...IDLE, listening: { title: 'Kitchen Radio', link: LINK } }

let bench: AppBench
let folder: string
let electron: FakeElectron
const handlers: Handlers[] = []

const open = (settings?: Settings): Promise<FakeElectron> => bench.start(settings)

/** Whatever is ending has ended. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => {
  bench = new AppBench()
  electron = bench.electron
  folder = bench.folder
})
afterEach(() => {
  handlers.push(electron.handlers)
  bench.close()
})

describe('the window', () => {
  test('is a sandbox with nothing of Node, and is not slowed down when nobody sees it', async () => {
    const { window } = await open()
    expect(window.url).toBe('pearcast-page://app/?engine=port')
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      backgroundThrottling: false,
      devTools: false,
    })
    expect(electron.done).toContain('sandbox')
  })

  test('goes nowhere else, opens no second one, embeds nothing', async () => {
    await open()
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const asked = new FakeEvent()
      electron.handlers.call(`page ${event}`, asked)
      expect(asked.isPrevented, event).toBe(true)
    }
    expect(electron.handlers.call('page window-open')).toEqual({ action: 'deny' })
    // Here to prevent is to let go: the page's own question is answered already.
    const asked = new FakeEvent()
    electron.handlers.call('page will-prevent-unload', asked)
    expect(asked.isPrevented).toBe(true)
  })

  test('is served its own files with strict headers, and asks for nothing else', async () => {
    await open()
    const ask = async (url: string, method = 'GET'): Promise<Response> => {
      const answer: unknown = await electron.handlers.call('protocol pearcast-page', { url, method })
      if (!(answer instanceof Response)) throw new Error('no answer')
      return answer
    }
    const page = await ask('pearcast-page://app/?engine=port')
    expect(await page.text()).toBe('<!doctype html><title>page</title>')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/)
    expect((await ask('pearcast-page://app/', 'HEAD')).status).toBe(200)
    for (const url of ['pearcast-page://app/../wire.ts', 'pearcast-page://other/', 'pearcast-page://app/x'])
      expect((await ask(url)).status, url).toBe(404)
    expect((await ask('pearcast-page://app/', 'POST')).status).toBe(404)
    const isCancelled = (url: string): boolean => {
      let isIt = false
      electron.handlers.call('session before-request', { url }, ({ cancel }: { cancel: boolean }) => {
        isIt = cancel
      })
      return isIt
    }
    expect(isCancelled('https://example.org/')).toBe(true)
    expect(isCancelled('http://127.0.0.1:7327/')).toBe(true)
    expect(isCancelled('pearcast-page://apple/')).toBe(true)
    expect(isCancelled('pearcast-page://app/assets/x.js')).toBe(false)
    expect(isCancelled('blob:pearcast-page://app/1')).toBe(false)
  })

  test('gives a port to its own page, each time it asks, and to nobody else', async () => {
    const { child, window } = await open()
    child.say({ type: 'ready' })
    electron.askForPort()
    electron.askForPort()
    expect(window.given.map(({ channel, ports }) => [channel, ports.length])).toEqual([
      ['pearcast:port', 1],
      ['pearcast:port', 1],
    ])
    expect(child.said()).toEqual([{ type: 'page' }, { type: 'page' }])
    electron.askForPort({})
    electron.askForPort(window.webContents, 'https://example.org/')
    expect(window.given).toHaveLength(2)
  })

  test('loads its page again when that failed, but not for ever', async () => {
    const { window } = await open()
    for (let i = 0; i < 10; i++) electron.handlers.call('page render-process-gone')
    expect(window.reloads).toBe(3)
  })

  test('is not opened when the page was not built', async () => {
    bench.removePage()
    await open()
    expect(electron.errors[0]).toMatch(/There is no page/)
    expect(electron.done).toContain('exit 1')
  })
})

describe('permissions', () => {
  test('the page gets sound, and no picture', async () => {
    await open()
    expect(await electron.may('media', ['audio'])).toBe(true)
    expect(await electron.may('media', ['video'])).toBe(false)
    expect(await electron.may('media', ['audio', 'video'])).toBe(false)
    expect(await electron.may('media', [])).toBe(false)
    for (const permission of ['geolocation', 'notifications', 'midi', 'display-capture', 'openExternal'])
      expect(await electron.may(permission, []), permission).toBe(false)
    expect(await electron.may('clipboard-sanitized-write', [])).toBe(true)
    expect(await electron.may('clipboard-read', [])).toBe(false)
    expect(electron.handlers.call('session device')).toBe(false)
  })

  test('another page gets nothing', async () => {
    await open()
    for (const url of ['https://example.org/', 'pearcast-page://apple/', 'pearcast-page://app.evil/', ''])
      expect(await electron.may('media', ['audio'], url), url).toBe(false)
  })

  test('a question without a request is answered in the same way', async () => {
    await open()
    const check = (permission: string, origin: string, mediaType?: string): unknown =>
      electron.handlers.call('session check', null, permission, origin, { mediaType })
    expect(check('media', 'pearcast-page://app', 'audio')).toBe(true)
    expect(check('media', 'pearcast-page://app', 'video')).toBe(false)
    expect(check('media', 'pearcast-page://app')).toBe(false)
    expect(check('media', 'https://example.org', 'audio')).toBe(false)
  })

  test.each([
    ['darwin', 'x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone'],
    ['win32', 'ms-settings:privacy-microphone'],
  ] as const)('on %s a microphone that is switched off is said, and where', async (platform, settings) => {
    electron.microphone = 'denied'
    await open({ platform })
    expect(await electron.may('media', ['audio'])).toBe(false)
    expect(electron.opened).toEqual([settings])
    electron.answer = 1
    expect(await electron.may('media', ['audio'])).toBe(false)
    expect(electron.opened).toHaveLength(1)
    electron.microphone = 'granted'
    expect(await electron.may('media', ['audio'])).toBe(true)
  })
})

describe('links', () => {
  test('one that the app is started with, or gets while it starts, waits for the engine', async () => {
    await open({ argv: ['--no-updates', `${LINK}/`] })
    expect(electron.child.said()).toEqual([])
    electron.child.say({ type: 'ready' })
    expect(electron.child.said()).toEqual([{ type: 'open-link', link: LINK }])
  })

  test('one of a second instance comes to the first, whose window comes to the front', async () => {
    const { child, window } = await open()
    child.say({ type: 'ready' })
    window.hide()
    electron.handlers.call('app second-instance', {}, ['/opt/pearcast', '--some-switch', LINK])
    expect(child.said()).toEqual([{ type: 'open-link', link: LINK }])
    expect(window.isShown).toBe(true)
    electron.handlers.call('app second-instance', {}, ['/opt/pearcast', 'https://example.org', 'pearcast:x'])
    expect(child.said()).toHaveLength(1)
  })

  test('a second instance ends, and starts nothing', async () => {
    electron.hasLock = false
    await open({ argv: [LINK] })
    expect(electron.done).toEqual(['quit'])
    expect([electron.windows, electron.children]).toEqual([[], []])
  })

  test('macOS sends them as an event, also while the app starts', async () => {
    const starting = open({ platform: 'darwin' })
    const event = new FakeEvent()
    electron.handlers.call('app open-url', event, LINK)
    await starting
    expect(event.isPrevented).toBe(true)
    electron.child.say({ type: 'ready' })
    electron.handlers.call('app open-url', new FakeEvent(), LINK.toUpperCase())
    expect(electron.child.said().map(({ type }) => type)).toEqual(['open-link', 'open-link'])
    expect(electron.done).toContain('application menu')
  })

  test('are registered for the installed app, and in a clone for Electron with the app as its argument', async () => {
    await open()
    expect(electron.done).toContain('links pearcast')
    electron.isPackaged = false
    await open()
    // Nothing of an installed app is touched from a clone.
    expect(electron.done).toContain(`userData ${join(folder, 'temp', 'pear', 'pearCast', 'electron')}`)
    expect(electron.done.some((each) => /^links pearcast \/opt\/pearcast \S/.test(each))).toBe(true)
  })
})

describe('storage', () => {
  test('of one’s own makes an instance of one’s own, which leaves links alone', async () => {
    await open({ argv: ['--storage', 'second', '--bootstrap', '127.0.0.1:49737'] })
    const own = join(folder, 'second')
    expect(electron.done).toContain(`userData ${join(own, 'electron')}`)
    // Electron refuses a folder that does not exist.
    expect(existsSync(join(own, 'electron'))).toBe(true)
    expect(electron.done.filter((each) => each.startsWith('links'))).toEqual([])
    expect(FakePear.made.at(-1)?.options.dir).toBe(own)
    const [args = '{}'] = electron.child.args
    expect(JSON.parse(args)).toEqual({
      folder: join(own, 'app-storage'),
      bootstrap: [{ host: '127.0.0.1', port: 49_737 }],
    })
  })

  test('of the usual instance has recordings where music is', async () => {
    await open()
    const [args = '{}'] = electron.child.args
    expect(JSON.parse(args)).toMatchObject({ recordings: join(folder, 'music', 'pearCast') })
  })

  test.each([
    ['linux', {}, 'appData'],
    ['darwin', {}, 'appData'],
    ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local'],
  ] as const)('on %s is where pear-runtime expects it', async (platform, env, expected) => {
    await open({ platform, env })
    expect(FakePear.made.at(-1)?.options.dir).toContain(expected)
    expect(FakePear.made.at(-1)?.options.dir).toMatch(/pearCast$/)
  })

  test('a mistake in the arguments is said, and nothing is started', async () => {
    await open({ argv: ['--storage'] })
    await open({ argv: ['--bootstrap', 'here'] })
    expect(electron.errors[0]).toMatch(/--storage needs a folder/)
    expect(electron.errors[1]).toMatch(/--bootstrap takes host:port/)
    expect(electron.done).toEqual(['exit 2', 'exit 2'])
  })
})

describe('updates', () => {
  const APP_IMAGE = { APPIMAGE: '/home/me/pearCast.AppImage' }

  test.each([
    ['linux', APP_IMAGE, '/home/me/pearCast.AppImage', 'pearCast.AppImage'],
    ['darwin', {}, 'pearCast.app', 'pearCast.app'],
    ['win32', {}, '/opt/pearcast', 'pearCast.msix'],
  ] as const)('replace the app on %s', async (platform, env, app, name) => {
    await open({ platform, env })
    expect(FakePear.made.at(-1)?.options).toMatchObject({ name, updates: true, version: '0.1.0' })
    expect(FakePear.made.at(-1)?.options.app).toBe(platform === 'darwin' ? join(folder, app) : app)
    expect(FakePear.made.at(-1)?.options.bootstrap).toBeUndefined()
  })

  test('are not asked for when they are not wanted, in a clone, from a .deb, or before there is a link', async () => {
    const settings: Settings[] = [
      { env: APP_IMAGE, argv: ['--no-updates'] },
      { env: APP_IMAGE, upgrade: `pear://${'y'.repeat(52)}` },
      {},
    ]
    for (const each of settings) {
      await open(each)
      expect(FakePear.made.at(-1)?.options).toMatchObject({ updates: false, bootstrap: [] })
    }
    electron.isPackaged = false
    await open({ env: APP_IMAGE })
    expect(FakePear.made.at(-1)?.options).toMatchObject({ updates: false, app: null })
  })

  test('one that has come is offered, takes the app’s place at the end, and the app starts again', async () => {
    await open({ env: APP_IMAGE })
    FakePear.made.at(-1)?.emit('error')
    FakePear.made.at(-1)?.emit('runtime error')
    expect(electron.handlers.has('menu Restart to update')).toBe(false)
    FakePear.made.at(-1)?.emit('updated')
    electron.press('Restart to update')
    await settle()
    expect(FakePear.made.at(-1)?.done).toEqual(['update applied', 'closed', 'swarm destroyed'])
    expect(electron.done).toContain('relaunch /home/me/pearCast.AppImage')
    expect(electron.done.at(-1)).toBe('quit')
  })
})

describe('the tray', () => {
  test('shows what is on air, and can mute and end it without the window', async () => {
    const { child } = await open()
    child.say({ type: 'ready' })
    expect(electron.toolTip).toBe('pearCast: Off air')
    expect(electron.trayImage).toMatch(/tray\.png$/)
    expect(electron.menu.map(({ label }) => label)).toContain('Version 0.1.0')
    child.say({ type: 'status', status: ON_AIR })
    expect(electron.toolTip).toBe('pearCast: On air: Kitchen Radio (2 listeners)')
    expect(electron.trayImage).toMatch(/tray-on-air\.png$/)
    electron.press('Mute')
    electron.press('End the broadcast')
    child.say({ type: 'status', status: LISTENING })
    expect(electron.toolTip).toBe('pearCast: Listening: Kitchen Radio')
    electron.press('Stop listening')
    expect(child.said()).toEqual([
      { type: 'command', command: { name: 'mute', muted: true } },
      { type: 'command', command: { name: 'go-off-air' } },
      { type: 'command', command: { name: 'stop-listening' } },
    ])
  })

  test('opens the window, also one that was closed', async () => {
    const { window } = await open({ platform: 'darwin' })
    expect(window.close()).toBe(true)
    expect(electron.done).not.toContain('quit')
    electron.handlers.call('tray click')
    electron.press('Open pearCast')
    expect(electron.windows).toHaveLength(2)
    electron.handlers.call('app activate')
    expect(electron.windows).toHaveLength(2)
  })

  test('is all there is when the app was started with the computer', async () => {
    await open({ argv: ['--hidden'] })
    expect(electron.windows).toEqual([])
    electron.handlers.call('tray click')
    expect(electron.window.isShown).toBe(true)
  })
})

describe('autostart', () => {
  test('is a file that Linux desktops read', async () => {
    await open({ env: { APPIMAGE: '/home/me/My $1 App.AppImage' } })
    electron.press('Start with the computer')
    const file = join(folder, 'config', 'autostart', 'pearcast.desktop')
    expect(readFileSync(file, 'utf8')).toContain(String.raw`Exec="/home/me/My \\$1 App.AppImage" --hidden`)
    expect(electron.menu.find(({ label }) => label === 'Start with the computer')?.checked).toBe(true)
    electron.press('Start with the computer')
    expect(electron.menu.find(({ label }) => label === 'Start with the computer')?.checked).toBe(false)
  })

  test('is a setting of macOS and Windows', async () => {
    await open({ platform: 'win32' })
    electron.press('Start with the computer')
    expect(electron.isAutostarted).toBe(true)
  })
})

describe('on air', () => {
  test('the computer does not fall asleep', async () => {
    const { child } = await open()
    child.say({ type: 'status', status: ON_AIR })
    expect(electron.isAwake).toBe(true)
    child.say({ type: 'status', status: IDLE })
    expect(electron.isAwake).toBe(false)
  })

  test('a window that is closed may be hidden, may end the broadcast, or stay', async () => {
    const { child, window } = await open()
    child.say({ type: 'status', status: ON_AIR })
    electron.answer = 2
    expect(window.close()).toBe(false)
    // A second press while the question is there asks no second one.
    expect(window.close()).toBe(false)
    await settle()
    expect([window.isShown, electron.questions.length]).toEqual([true, 1])
    electron.answer = 0
    expect(window.close()).toBe(false)
    await settle()
    expect([window.isShown, window.isDestroyed()]).toEqual([false, false])
    expect(electron.questions[1]).toMatchObject({ message: '“Kitchen Radio” is on air', cancelId: 2 })
    electron.answer = 1
    expect(window.close()).toBe(false)
    await settle()
    expect(child.said().at(-1)).toEqual({ type: 'close' })
    expect(electron.done.at(-1)).toBe('quit')
  })

  test('quitting is asked about as well', async () => {
    const { child } = await open()
    child.say({ type: 'status', status: ON_AIR })
    electron.answer = 1
    electron.press('Quit')
    await settle()
    expect(child.said()).toEqual([])
    electron.answer = 0
    electron.press('Quit')
    await settle()
    expect(electron.done.at(-1)).toBe('quit')
  })
})

describe('media keys', () => {
  test('are left to other players until there is something to do', async () => {
    const { child } = await open()
    child.say({ type: 'ready' })
    expect([...electron.shortcuts]).toEqual([])
    child.say({ type: 'status', status: ON_AIR })
    expect([...electron.shortcuts]).toEqual(['MediaPlayPause', 'MediaStop'])
    electron.handlers.call('key MediaPlayPause')
    electron.handlers.call('key MediaStop')
    child.say({ type: 'status', status: IDLE })
    expect([...electron.shortcuts]).toEqual([])
    expect(child.said()).toEqual([{ type: 'command', command: { name: 'mute', muted: true } }])
  })

  test('stop what is heard, and play it again', async () => {
    const { child } = await open()
    child.say({ type: 'ready' })
    child.say({ type: 'status', status: LISTENING })
    electron.handlers.call('key MediaPlayPause')
    child.say({ type: 'status', status: IDLE })
    electron.handlers.call('key MediaStop')
    electron.handlers.call('key MediaPlayPause')
    expect(child.said()).toEqual([
      { type: 'command', command: { name: 'stop-listening' } },
      { type: 'command', command: { name: 'listen', link: LINK, buffer: 'low' } },
    ])
  })
})

describe('the end', () => {
  test('closes the engine and the runtime before the app quits', async () => {
    const { child, window } = await open()
    expect(window.close()).toBe(true)
    await settle()
    expect(child.said()).toEqual([{ type: 'close' }])
    expect(FakePear.made.at(-1)?.done).toEqual(['closed', 'swarm destroyed'])
    expect(electron.done.slice(-2)).toEqual(['tray destroyed', 'quit'])
    expect(electron.handlers.reached()).toContain('engine exit')
  })

  test.each(['process SIGTERM', 'process SIGINT', 'process SIGHUP', 'power shutdown', 'window session-end'])(
    'by %s asks nobody',
    async (what) => {
      const { child } = await open()
      child.say({ type: 'status', status: ON_AIR })
      electron.handlers.call(what)
      electron.handlers.call(what)
      await settle()
      expect(electron.questions).toEqual([])
      expect(electron.done.filter((each) => each === 'quit')).toHaveLength(1)
      expect(electron.isAwake).toBe(false)
    },
  )

  test('an engine that fails is started again, and given up when it fails again and again', async () => {
    const { child } = await open()
    child.say({ type: 'ready' })
    electron.askForPort()
    child.say({ type: 'status', status: ON_AIR })
    child.exit(1)
    expect(electron.toolTip).toBe('pearCast: Off air')
    await expect.poll(() => electron.children.length).toBe(2)
    electron.child.say({ type: 'ready' })
    // The page is not told that its port leads nowhere: it gets another one unasked.
    expect(electron.child.said()).toEqual([{ type: 'page' }])
    expect(electron.window.given).toHaveLength(2)
    for (let starts = 2; starts < 5; starts++) {
      electron.child.exit(1)
      await expect.poll(() => electron.children.length).toBe(starts + 1)
    }
    electron.child.exit(1)
    await settle()
    expect(electron.errors[0]).toMatch(/does not start/)
    expect(electron.done.at(-1)).toBe('quit')
  })
})

/** Code that nobody has seen run. It has to be the last one here: it looks at what the others did. */
test('each handler that Electron is given was called by a test', () => {
  expect(new Set(handlers.flatMap((each) => each.names())).size).toBeGreaterThan(30)
  expect(unreached(handlers)).toEqual([])
})
