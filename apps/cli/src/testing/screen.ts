import picocolors from 'picocolors'
import type { Colors } from '../terminal/output.ts'

export const plain: Colors = picocolors.createColors(false)

/** Remembers what was written. */
export class FakeScreen {
  text = ''
  readonly isTTY: boolean
  readonly columns = 80

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}
