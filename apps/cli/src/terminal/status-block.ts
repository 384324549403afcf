import { truncate } from './text.ts'

export interface StatusScreen {
  write(text: string): unknown
  readonly columns?: number | undefined
}

/** The lines at the bottom of a terminal that are painted over again and again, below those that stay. */
export class StatusBlock {
  readonly #screen: StatusScreen
  #lines: readonly string[] = []
  #painted = 0

  constructor(screen: StatusScreen) {
    this.#screen = screen
  }

  /** Replaces the block; no lines remove it. */
  show(lines: readonly string[]): void {
    this.#lines = lines
    this.#screen.write(this.#erase() + this.#paint())
  }

  /** Prints a line that stays, above the block. */
  print(line: string): void {
    this.#screen.write(`${this.#erase()}${line}\n${this.#paint()}`)
  }

  #erase(): string {
    const up = this.#painted
    this.#painted = 0
    // The terminal may have echoed a ^C: back to the first column.
    return up === 0 ? '' : `\r\u001b[${up}A\u001b[0J`
  }

  #paint(): string {
    // One column stays free: some terminals wrap a line that fills the last one.
    const width = Math.max(20, (this.#screen.columns || 80) - 1)
    this.#painted = this.#lines.length
    return this.#lines.map((line) => `${truncate(line, width)}\n`).join('')
  }
}
