import { readFile } from 'node:fs/promises'
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

/** Where a user looks for what he recorded: his music folder, or PEARCAST_HOME when that was chosen. */
export async function recordingsFolder(of: Surroundings = here()): Promise<string> {
  const { env, home, platform } = of
  const chosen = env['PEARCAST_HOME']
  if (chosen) return join(chosen, 'recordings')
  const music = platform === 'linux' ? await xdgMusicFolder(of) : undefined
  return join(music ?? join(home, 'Music'), 'pearCast')
}

/** A desktop's folders have names in its user's language. */
async function xdgMusicFolder({ env, home }: Surroundings): Promise<string | undefined> {
  const file = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'user-dirs.dirs')
  const text = await readFile(file, 'utf8').catch(() => '')
  const value = /^XDG_MUSIC_DIR="(.+)"$/m.exec(text)?.[1]
  return value?.replace(/^\$HOME/, home)
}

function here(): Surroundings {
  return { platform: process.platform, env: process.env, home: homedir() }
}
