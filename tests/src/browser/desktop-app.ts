import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { Pearcast, ROOT, type Lab } from '../testing/pearcast.ts'

const APP = join(ROOT, 'apps', 'desktop-pear')
const BUILT = join(APP, 'dist', 'app', 'electron')
const AS_ELECTRON = join(APP, 'electron', 'testing', 'as-electron.ts')
const PAGES = join(ROOT, 'tests', 'pages')

/** The desktop app as it is built, in processes of its own, its window a page of Chromium: Electron alone is missing. */
export class DesktopApp {
  readonly page: Page
  readonly program: Pearcast
  readonly enginePid: number
  readonly complaints: string[] = []
  readonly #context: BrowserContext

  private constructor(page: Page, program: Pearcast, enginePid: number, context: BrowserContext) {
    this.page = page
    this.program = program
    this.enginePid = enginePid
    this.#context = context
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
    page.on('dialog', (dialog) => void dialog.accept())
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
    const opened = new DesktopApp(page, program, Number(pid), context)
    await page.goto(String(url))
    await page.getByRole('link', { name: 'Broadcast' }).waitFor()
    return opened
  }

  /** What the user or the system does outside of the page. */
  ask(what: object): void {
    this.program.child.stdin?.write(`${JSON.stringify(what)}\n`)
  }

  /** Goes on air with the microphone. @returns the link */
  async goOnAir(title: string): Promise<string> {
    const { page } = this
    await page.getByRole('link', { name: 'Broadcast' }).click()
    await page.getByLabel('Name of the station').fill(title)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: 'Add a microphone' }).click()
    await page.getByRole('slider').first().waitFor()
    await page.getByRole('button', { name: 'Go on air' }).click()
    return (await page.locator('code').textContent({ timeout: 20_000 })) ?? ''
  }

  /** What is played from now on, each ear. */
  async record(seconds: number): Promise<Float32Array[]> {
    const ears: number[][] = await this.page.evaluate(`recordOutput(${seconds * 48_000}, 15_000)`)
    return ears.map((ear) => Float32Array.from(ear, (sample) => sample / 32_768))
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
    await this.#context.close()
    await this.program.stop('SIGKILL')
  }
}

/** The preload script that ships, with what the sandbox gives it. */
async function preload(): Promise<string> {
  const sandbox = await readFile(join(PAGES, 'electron-sandbox.js'), 'utf8')
  const script = await readFile(join(BUILT, 'preload.cjs'), 'utf8')
  return `if (location.protocol === 'http:') {\n${sandbox}\n;((require) => {\n${script}\n})(requireElectron)\n}`
}
