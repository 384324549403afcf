import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

export interface Surroundings {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  home: string
}

/** Where this user's station keys live: PEARCAST_HOME, or the place that the platform gives to applications. */
export function configFolder(of: Surroundings = here()): string {
  const { env, home } = of
  const chosen = env['PEARCAST_HOME']
  if (chosen) return chosen
  if (of.platform === 'darwin') return join(home, 'Library', 'Application Support', 'pearcast')
  if (of.platform === 'win32') return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'pearcast')
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'pearcast')
}

/** What may be deleted at any time. Of this user only: a shared folder could hold another user's code. */
export function cacheFolder(of: Surroundings = here()): string {
  const { env, home } = of
  if (of.platform === 'darwin') return join(home, 'Library', 'Caches', 'pearcast')
  if (of.platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'pearcast', 'Cache')
  }
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'pearcast')
}

function here(): Surroundings {
  return { platform: process.platform, env: process.env, home: homedir() }
}
