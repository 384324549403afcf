import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeElectron } from './testing/fake-electron.ts'

let folder: string
let electron: FakeElectron

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pearcast-main-'))
  electron = new FakeElectron(folder)
  electron.isPackaged = false
})
afterEach(() => {
  vi.doUnmock('electron')
  rmSync(folder, { recursive: true })
})

test('main hands Electron, the real PearRuntime and package.json to what decides, and all of it ends', async () => {
  vi.doMock('electron', () => electron.api)
  const { argv } = process
  const listeners = process.listeners('SIGTERM')
  const page = join(import.meta.dirname, '..', 'page')
  const hadPage = existsSync(page)
  if (!hadPage) mkdirSync(page)
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>')
  process.argv = ['electron', '.', '--storage', join(folder, 'storage')]
  try {
    let getReady = (): void => {}
    electron.ready = new Promise((resolve) => (getReady = resolve))
    // Electron waits for the module before it gets ready: one that waits for that waits for ever.
    await import('./main.ts')
    getReady()
    await expect.poll(() => electron.windows.length).toBe(1)
    const store = join(folder, 'storage', 'pear-runtime', 'corestore')
    expect(electron.errors).toEqual([])
    expect(electron.window.url).toBe('pearcast-page://app/?engine=port')
    const [args = '{}'] = electron.child.args
    expect(JSON.parse(args)).toEqual({ folder: join(folder, 'storage', 'app-storage') })
    electron.press('Quit')
    // The real runtime closes its store, which nothing else could open meanwhile.
    await expect.poll(() => electron.done.at(-1)).toBe('quit')
    expect(existsSync(store)).toBe(true)
    expect(process.getActiveResourcesInfo().filter((each) => /UDP|TCPServer/.test(each))).toEqual([])
  } finally {
    process.argv = argv
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      for (const listener of process.listeners(signal))
        if (!listeners.includes(listener)) process.off(signal, listener)
    rmSync(hadPage ? join(page, 'index.html') : page, { recursive: true })
  }
})

test('main stays too thin to decide anything', () => {
  const lines = readFileSync(join(import.meta.dirname, 'main.ts'), 'utf8')
    .trim()
    .split('\n')
  expect(lines.length).toBeLessThan(14)
  expect(lines.filter((line) => /\b(if|for|while|switch|function|=>)\b/.test(line))).toEqual([])
})
