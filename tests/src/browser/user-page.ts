import type { BrowserContext, Page } from 'playwright-core'
import type { Pearcast } from '../testing/pearcast.ts'

/** For what takes a moment, on a computer that is busy with other things. */
export const STATE_MS = 45_000
export const DESCRIPTION = 'Songs for those who cook'

/** The page that a user has before him, whatever serves it, and what he does with it. */
export class UserPage {
  readonly page: Page
  readonly program: Pearcast
  /** What the browser complained of: a breach of the page's own policy, an exception. */
  readonly complaints: string[] = []
  protected readonly context: BrowserContext

  protected constructor(page: Page, program: Pearcast) {
    this.page = page
    this.program = program
    this.context = page.context()
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
    page.on('dialog', (dialog) => void dialog.accept())
  }

  /** Goes on air with the microphone, or with what is added otherwise. @returns the link */
  async goOnAir(title: string, input = 'Add a microphone'): Promise<string> {
    const { page } = this
    await page.getByRole('link', { name: 'Broadcast' }).click()
    await page.getByLabel('Name of the station').fill(title)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: input }).click()
    await page.getByRole('slider').waitFor()
    await page.getByLabel('A few words about it').fill(DESCRIPTION)
    await page.getByRole('button', { name: 'Go on air' }).click()
    return (await page.locator('code').textContent({ timeout: STATE_MS })) ?? ''
  }

  /** Waits for the state that the page shows, in its own word. */
  async untilPhase(phase: string | RegExp): Promise<void> {
    await this.page.locator('.now-playing .phase', { hasText: phase }).waitFor({ timeout: STATE_MS })
  }

  /** What is played from now on, each ear. */
  async record(seconds: number): Promise<Float32Array[]> {
    const ears: number[][] = await this.page.evaluate(`recordOutput(${seconds * 48_000}, 15_000)`)
    return ears.map((ear) => Float32Array.from(ear, (sample) => sample / 32_768))
  }
}
