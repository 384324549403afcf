import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { linkAmong, parseArguments, toLink, type Arguments } from './arguments.ts'
import { Desktop } from './desktop.ts'
import type { ElectronApi } from './electron-api.ts'
import { registerScheme } from './page-files.ts'
import { dataFolder, type MainProcess, type Surroundings } from './surroundings.ts'
import { words } from './words.ts'

const LINK_SCHEME = 'pearcast'

/** Starts the app. Resolves once its window is open, or at once in a second instance, which hands its link over and ends. */
export async function start(surroundings: Surroundings): Promise<void> {
  const { electron, process } = surroundings
  const { app } = electron
  let args: Arguments
  try {
    args = parseArguments(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
  } catch (error) {
    electron.dialog.showErrorBox(words.notStarted, error instanceof Error ? error.message : String(error))
    return app.exit(2)
  }
  keepApart(surroundings, args)
  if (!app.requestSingleInstanceLock()) return app.quit()
  registerScheme(electron)
  app.enableSandbox()
  const early = followLinks(surroundings, args)
  await app.whenReady()
  try {
    early.openIn(await Desktop.open(surroundings, args))
  } catch (error) {
    electron.dialog.showErrorBox(words.notStarted, error instanceof Error ? error.message : String(error))
    app.exit(1)
  }
}

/** A storage of one's own makes an instance of one's own: Electron locks the folder of its user data. */
function keepApart({ electron: { app }, manifest, process }: Surroundings, { storage }: Arguments): void {
  if (storage === undefined && app.isPackaged) return
  const userData = join(storage ?? join(dataFolder(process, app), manifest.productName), 'electron')
  // A folder that does not exist is refused.
  mkdirSync(userData, { recursive: true })
  app.setPath('userData', userData)
}

/** Links may come before there is anything to open them in: macOS sends one while the app starts. */
function followLinks(
  { electron, process }: Surroundings,
  args: Arguments,
): { openIn(desktop: Desktop): void } {
  const { app } = electron
  let [desktop, first]: [Desktop | undefined, string | undefined] = [undefined, args.link]
  if (args.storage === undefined) registerLinks(app, process)
  app.on('open-url', (event, url) => {
    event.preventDefault()
    const link = toLink(url)
    if (desktop === undefined) first = link
    else desktop.open(link)
  })
  app.on('second-instance', (_, argv) => desktop?.open(linkAmong(argv)))
  return {
    openIn: (opened) => {
      desktop = opened
      if (first !== undefined) opened.open(first)
    },
  }
}

/** In a clone the program is Electron, and the app its first argument. */
function registerLinks(app: ElectronApi['app'], { argv, execPath }: MainProcess): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  else app.setAsDefaultProtocolClient(LINK_SCHEME, execPath, [resolve(argv[1] ?? '.')])
}
