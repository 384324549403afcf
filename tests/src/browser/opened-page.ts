import { mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { Pearcast, ROOT, type Command } from '../testing/pearcast.ts'
import { STATE_MS, UserPage } from './user-page.ts'

const PAGES = join(ROOT, 'tests', 'pages')
/** Where screenshots are kept, if they are wanted. */
const SCREENSHOTS = process.env['PEARCAST_SCREENSHOTS']

const MOST_TABS = 30

/** Where the program of a page runs: a `Lab`, or a host of the NAT lab. */
export interface Surroundings {
  readonly bootstrap: string
  /** instead of a process of this computer's own network */
  readonly command?: Command
  path(name: string): string
}

interface OpenOptions {
  /** For a test that brings worklets of its own. */
  bypassCSP?: boolean
  /** Runs before the page does. */
  prepare?: (context: BrowserContext) => Promise<void>
}

export async function recordOutput(context: BrowserContext): Promise<void> {
  await context.addInitScript({ path: join(PAGES, 'output-recorder.js') })
  await context.addInitScript({ path: join(PAGES, 'layout-shifts.js') })
}

/** From now on: `told` resolves when the page has said something, however soon it takes it back. */
const listenFor = (words: string): string => `void (
  globalThis.told = new Promise((resolve, reject) => {
    const observer = new MutationObserver(() => {
      if (!document.body.textContent.includes(${JSON.stringify(words)})) return
      observer.disconnect()
      resolve()
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
    setTimeout(() => reject(new Error('the page did not say: ' + ${JSON.stringify(words)})), ${STATE_MS})
  })
)`

/** A page in a browser and the `pearcast ui` that serves it, with a user of its own. */
export class OpenedPage extends UserPage {
  readonly url: string

  private constructor(page: Page, program: Pearcast, url: string) {
    super(page, program)
    this.url = url
  }

  static async open(
    browser: Browser,
    where: Surroundings,
    user: string,
    { bypassCSP = false, prepare = recordOutput }: OpenOptions = {},
  ): Promise<OpenedPage> {
    const home = where.path(user)
    await mkdir(home, { recursive: true })
    const args = ['ui', '--no-open', '--json', '--bootstrap', where.bootstrap]
    const program = new Pearcast(args, { ...process.env, PEARCAST_HOME: home }, where.command)
    const { url } = await program.until('ui-ready', 30_000)
    const context = await browser.newContext({
      bypassCSP,
      permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
    })
    await prepare(context)
    const page = await context.newPage()
    const opened = new OpenedPage(page, program, String(url))
    await page.goto(String(url))
    await page.locator('main').waitFor()
    return opened
  }

  /** Says that the notice of the first use is understood, and agrees to pass on. */
  async agree(): Promise<void> {
    await this.page.getByRole('button', { name: 'Understood' }).click()
  }

  async listen(link: string): Promise<void> {
    const { page } = this
    await page.getByRole('link', { name: 'Listen' }).click()
    await page.getByLabel('A station’s link').fill(link)
    await page.getByRole('button', { name: 'Play', exact: true }).click()
  }

  /** What axe finds serious, in both themes. */
  async seriousFaults(): Promise<string[]> {
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme })
      await this.page.evaluate(axe.source)
      const violations: { id: string; impact: string; nodes: { html: string }[] }[] =
        await this.page.evaluate('axe.run().then(({ violations }) => violations)')
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${colorScheme} ${id}: ${nodes[0]?.html}`)
    }
    return found
  }

  /** How far the page is wider than a small telephone. */
  async overflowPx(): Promise<number> {
    const { page } = this
    const wide = page.viewportSize() ?? { width: 1280, height: 720 }
    await page.setViewportSize({ width: 320, height: 720 })
    const overflowPx: number = await page.evaluate('document.documentElement.scrollWidth - 320')
    await page.setViewportSize(wide)
    return overflowPx
  }

  /** Wide and as narrow as a small telephone, in both themes, where they are wanted; the whole page, or what is seen of it. */
  async screenshot(name: string, fullPage = true): Promise<void> {
    const { page } = this
    if (SCREENSHOTS === undefined) return
    const wide = page.viewportSize() ?? { width: 1280, height: 720 }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const [width, size] of [
        [wide.width, ''],
        [320, '-small'],
      ] as const) {
        await page.setViewportSize({ ...wide, width })
        await page.screenshot({
          path: join(SCREENSHOTS, `${name}${size}-${colorScheme}.png`),
          fullPage,
        })
      }
      await page.setViewportSize(wide)
    }
  }

  /** Presses Tab until it has the focus. */
  async tabTo(target: Locator): Promise<void> {
    const focused = target.and(this.page.locator(':focus'))
    for (let n = 0; n < MOST_TABS; n++) {
      await this.page.keyboard.press('Tab')
      if ((await focused.count()) > 0) return
    }
    throw new Error(`${String(target)} is not among the first ${MOST_TABS} that Tab reaches`)
  }

  /** How far it jumped while it was loaded, and since. */
  async layoutShift(): Promise<number> {
    return this.page.evaluate('layoutShift')
  }

  /** Files that are let go over the page. */
  async drop(...paths: readonly string[]): Promise<void> {
    const files = await Promise.all(
      paths.map(async (path) => ({
        name: basename(path),
        content: (await readFile(path)).toString('base64'),
      })),
    )
    await this.page.evaluate(`{
      const dataTransfer = new DataTransfer()
      for (const { name, content } of ${JSON.stringify(files)}) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
        dataTransfer.items.add(new File([bytes], name, { type: 'audio/wav' }))
      }
      const how = { dataTransfer, bubbles: true, cancelable: true }
      document.querySelector('main').dispatchEvent(new DragEvent('drop', how))
    }`)
  }

  /** What the page copies for who is to help. */
  async diagnostics(): Promise<string> {
    await this.page.getByRole('button', { name: 'Copy diagnostics' }).click()
    await this.page.getByRole('button', { name: 'Copied' }).waitFor()
    return String(await this.page.evaluate('navigator.clipboard.readText()'))
  }

  /** Begins or ends a recording. @returns where it is */
  async toggleRecording(name: 'Record' | 'End recording'): Promise<string> {
    const { page } = this
    await page.getByRole('button', { name }).click()
    await page.getByText(name === 'Record' ? 'Recording to' : 'Recorded:').waitFor()
    return (await page.locator('.recording .path').textContent()) ?? ''
  }

  /** Ends the process behind the page as a fault in native code would; resolves when the page talks to another one. */
  async killEngine(): Promise<void> {
    const { page, program } = this
    const from = program.events.length
    const pid = Number(program.of('ui-engine').at(-1)?.['pid'])
    await page.evaluate(listenFor('does not answer'))
    process.kill(pid, 'SIGKILL')
    await page.evaluate('told')
    await page.getByText('was started again').waitFor({ timeout: STATE_MS })
    await program.until(({ event, state }) => event === 'ui-engine' && state === 'started', STATE_MS, from)
    // What the browser says of a connection that is gone.
    this.complaints.splice(0)
  }

  async close(): Promise<void> {
    await this.context.close()
    await this.program.stop('SIGTERM')
  }
}
