import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ElectronApi } from './electron-api.ts'

const HIDDEN = ['--hidden']

export interface Autostart {
  readonly isOn: boolean
  set(isOn: boolean): void
}

interface AutostartOptions {
  electron: Pick<ElectronApi, 'app'>
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  execPath: string
}

/** With the computer, in the tray. Electron knows how on macOS and Windows; desktops of Linux read a file. */
export function autostart({ electron, env, execPath, platform }: AutostartOptions): Autostart {
  const { app } = electron
  if (platform !== 'linux')
    return {
      get isOn() {
        return app.getLoginItemSettings({ args: HIDDEN }).openAtLogin
      },
      set: (isOn) => app.setLoginItemSettings({ openAtLogin: isOn, args: HIDDEN }),
    }
  const folder = env['XDG_CONFIG_HOME'] ?? join(app.getPath('home'), '.config')
  const file = join(folder, 'autostart', 'pearcast.desktop')
  return {
    get isOn() {
      return existsSync(file)
    },
    set: (isOn) => {
      if (!isOn) return rmSync(file, { force: true })
      mkdirSync(dirname(file), { recursive: true })
      // An AppImage is mounted elsewhere at each start; APPIMAGE is where it lies.
      writeFileSync(file, desktopEntry(env['APPIMAGE'] ?? execPath))
    },
  }
}

/** Desktop Entry Specification 1.5: an Exec argument is quoted, with `"`, backtick, `$` and `\` escaped, and % doubled. */
function desktopEntry(program: string): string {
  const quoted = program.replace(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%')
  // The value is a string once more, in which a backslash is written twice.
  const value = `"${quoted.replaceAll('\\', '\\\\')}" ${HIDDEN.join(' ')}`
  return `[Desktop Entry]\nType=Application\nName=pearCast\nExec=${value}\nTerminal=false\n`
}
