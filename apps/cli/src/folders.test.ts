import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder, configFolder, type Surroundings } from './folders.ts'

const home = join('/', 'home', 'ada')
const at = (platform: NodeJS.Platform, env: Surroundings['env'] = {}): Surroundings => ({
  platform,
  env,
  home,
})

test('each platform has its own place for configuration and for what may be deleted', () => {
  expect(configFolder(at('linux'))).toBe(join(home, '.config', 'pearcast'))
  expect(configFolder(at('darwin'))).toBe(join(home, 'Library', 'Application Support', 'pearcast'))
  expect(configFolder(at('win32'))).toBe(join(home, 'AppData', 'Roaming', 'pearcast'))
  expect(cacheFolder(at('linux'))).toBe(join(home, '.cache', 'pearcast'))
  expect(cacheFolder(at('darwin'))).toBe(join(home, 'Library', 'Caches', 'pearcast'))
  expect(cacheFolder(at('win32'))).toBe(join(home, 'AppData', 'Local', 'pearcast', 'Cache'))
})

test('the user moves them as the platform allows', () => {
  expect(configFolder(at('linux', { XDG_CONFIG_HOME: '/conf' }))).toBe(join('/conf', 'pearcast'))
  expect(cacheFolder(at('linux', { XDG_CACHE_HOME: '/cache' }))).toBe(join('/cache', 'pearcast'))
  expect(configFolder(at('win32', { APPDATA: '/roaming' }))).toBe(join('/roaming', 'pearcast'))
})

test('PEARCAST_HOME wins everywhere, for keys only', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const around = at(platform, { PEARCAST_HOME: '/p', XDG_CONFIG_HOME: '/c', APPDATA: '/a' })
    expect(configFolder(around)).toBe('/p')
    expect(cacheFolder(around)).not.toContain('/p/')
  }
})
