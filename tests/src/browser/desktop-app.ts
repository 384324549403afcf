import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { Pearcast, ROOT, type Lab } from '../testing/pearcast.ts'
import { UserPage } from './user-page.ts'

const APP = join(ROOT, 'apps', 'desktop-pear')
const BUILT = join(APP, 'dist', 'app', 'electron')
const AS_ELECTRON = join(APP, 'electron', 'testing', 'as-electron.ts')
const PAGES = join(ROOT, 'tests', 'pages')

/** The desktop app as it is built, in processes of its own, its window a page of Chromium: Electron alone is missing. */
export class DesktopApp extends UserPage {
  readonly enginePid: number

  private constructor(page: Page, program: Pearcast, enginePid: number) {
    super(page, program)
    this.enginePid = enginePid
  }

  static async open(browser: Browser, lab: Lab, user: string): Promise<DesktopApp> {
    const home = lab.path(user)
    await mkdir(home, { recursive: true })
    const args = ['--storage', home, '--no-updates', '--bootstrap', lab.bootstrap]
    const env = { ...process.env, XDG_CONFIG_HOME: join(home, 'config') }
    const electron = [process.execPath, '--import', AS_ELECTRON, join(BUILT, 'main.js')] as const
    // Electron's first argument is the app, in a clone.
    const program = new Pearcast(args, env, electron, { stdin: true })
    const { url } = await program.until('window', 30_000)
    const { pid } = await program.until('engine')
    const context = await browser.newContext({ permissions: ['microphone'] })
    const page = await context.newPage()
    await page.addInitScript({ path: join(PAGES, 'output-recorder.js') })
    await page.addInitScript({ content: await preload() })
    const opened = new DesktopApp(page, program, Number(pid))
    await page.goto(String(url))
    await page.getByRole('link', { name: 'Broadcast' }).waitFor()
    return opened
  }

  /** What the user or the system does outside of the page. */
  ask(what: object): void {
    this.program.child.stdin?.write(`${JSON.stringify(what)}\n`)
  }

  untilTray(pattern: RegExp): Promise<unknown> {
    return this.program.until(
      ({ event, toolTip }) => event === 'tray' && pattern.test(String(toolTip)),
      20_000,
    )
  }

  /** Whether the process of its engine is there. */
  get hasEngine(): boolean {
    try {
      return process.kill(this.enginePid, 0)
    } catch {
      return false
    }
  }

  /** However the test went, nothing of it stays. */
  async close(): Promise<void> {
    await this.context.close()
    await this.program.stop('SIGKILL')
  }
}

/** The preload script that ships, with what the sandbox gives it. */
async function preload(): Promise<string> {
  const sandbox = await readFile(join(PAGES, 'electron-sandbox.js'), 'utf8')
  const script = await readFile(join(BUILT, 'preload.cjs'), 'utf8')
  return `if (location.protocol === 'http:') {\n${sandbox}\n;((require) => {\n${script}\n})(requireElectron)\n}`
}
