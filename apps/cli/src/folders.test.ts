import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder, configFolder, recordingsFolder, type Surroundings } from './folders.ts'

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

test('recordings go where the user keeps music, under whatever name', async () => {
  expect(await recordingsFolder(at('darwin'))).toBe(join(home, 'Music', 'pearCast'))
  expect(await recordingsFolder(at('linux'))).toBe(join(home, 'Music', 'pearCast'))
  expect(await recordingsFolder(at('linux', { PEARCAST_HOME: '/p' }))).toBe(join('/p', 'recordings'))
  const config = await mkdtemp(join(tmpdir(), 'pearcast-folders-'))
  try {
    await writeFile(join(config, 'user-dirs.dirs'), '# comment\nXDG_MUSIC_DIR="$HOME/Musik"\n')
    const around = at('linux', { XDG_CONFIG_HOME: config })
    expect(await recordingsFolder(around)).toBe(join(home, 'Musik', 'pearCast'))
  } finally {
    await rm(config, { recursive: true })
  }
})
