import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../scripts/assemble.ts'

const ASK = 'pearcast:ask-for-port'
const GIVE = 'pearcast:port'
let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pearcast-preload-'))
  await bundle('electron/preload.ts', join(folder, 'preload.cjs'), 'cjs')
  script = readFileSync(join(folder, 'preload.cjs'), 'utf8')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs it as the sandbox does, and notes whatever it touches. */
function load(source: string = script): Sandbox {
  const sandbox: Sandbox = { touched: [], posted: [], page: undefined, main: undefined, globals: [] }
  const noting = (name: string, known: object): object =>
    new Proxy(known, {
      get: (target, key) => {
        sandbox.touched.push(`${name}.${String(key)}`)
        return Reflect.get(target, key)
      },
    })
  const ipcRenderer = noting('ipcRenderer', {
    send: (channel: string, ...rest: unknown[]) => sandbox.posted.push(['to main', channel, ...rest]),
    on: (_: string, listener: Listener) => (sandbox.main = listener),
  })
  const context = createContext({
    require: (name: string) => {
      if (name !== 'electron') throw new Error(`the preload script requires ${name}`)
      const contextBridge = noting('contextBridge', { exposeInMainWorld: () => {} })
      return noting('electron', { ipcRenderer, contextBridge })
    },
    location: { origin: 'pearcast-page://app' },
    addEventListener: (_: string, listener: Listener) => (sandbox.page = listener),
    postMessage: (...message: unknown[]) => sandbox.posted.push(['to page', ...message]),
  })
  Reflect.set(context, 'window', context)
  const before = new Set(Object.keys(context))
  runInContext(`(function () { ${source} })()`, context)
  sandbox.globals = Object.keys(context).filter((key) => !before.has(key))
  sandbox.window = runInContext('window', context)
  return sandbox
}

type Listener = (event: object) => void
interface Sandbox {
  touched: string[]
  posted: unknown[][]
  page: Listener | undefined
  main: Listener | undefined
  globals: string[]
  window?: object
}

const ALLOWED = new Set(['electron.ipcRenderer', 'ipcRenderer.on', 'ipcRenderer.send'])

/** What it does beside passing the port on: bridges, globals, other parts of Electron, messages of its own. */
function excess(source: string = script): unknown[] {
  const sandbox = load(source)
  const ports = [{}]
  sandbox.page?.({ data: ASK, source: sandbox.window, origin: 'pearcast-page://app' })
  sandbox.page?.({ data: 'anything', source: sandbox.window, origin: 'pearcast-page://app' })
  sandbox.main?.({ ports, sender: {} })
  const wanted = JSON.stringify([
    ['to main', ASK],
    ['to page', GIVE, 'pearcast-page://app', ports],
  ])
  return [
    ...sandbox.touched.filter((each) => !ALLOWED.has(each)),
    ...sandbox.globals,
    ...(JSON.stringify(sandbox.posted) === wanted ? [] : sandbox.posted),
  ]
}

test('exposes the port to the engine, and nothing else', () => {
  expect(excess()).toEqual([])
})

test.each([
  ['a bridge', "require('electron').contextBridge.exposeInMainWorld('shell', {})"],
  ['a global', 'window.engine = {}'],
  ['a call to the main process', "require('electron').ipcRenderer.invoke('anything')"],
  ['another channel', "require('electron').ipcRenderer.send('anything')"],
  ['what the page says', "addEventListener('message', (e) => require('electron').ipcRenderer.send(e.data))"],
  ['part of Electron', "const { webFrame } = require('electron')"],
])('is found out when it exposes %s as well', (_, more) => {
  const found = ((): unknown[] => {
    try {
      return excess(`${script}\n;{${more}}`)
    } catch (error) {
      return [error]
    }
  })()
  expect(found).not.toEqual([])
})

test('is found out when it loads anything but Electron', () => {
  expect(() => load(`${script}\n;require('node:fs')`)).toThrow(/requires node:fs/)
})

test('asks the main process for nothing that a page says, but for the port', () => {
  const sandbox = load()
  const said = [
    { data: ASK, source: {}, origin: 'pearcast-page://app' },
    { data: ASK, source: sandbox.window, origin: 'https://example.org' },
    { data: GIVE, source: sandbox.window, origin: 'pearcast-page://app' },
    { data: { channel: 'anything' }, source: sandbox.window, origin: 'pearcast-page://app' },
  ]
  for (const event of said) sandbox.page?.(event)
  expect(sandbox.posted).toEqual([])
})
