import { connect } from 'node:net'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { pause } from '../process/pinned.ts'
import { OggPages } from './ogg-pages.ts'

/** Icecast lets five connections wait to be taken; of more at once, some hang for a minute. */
const AT_ONCE = 4
const ANSWER_MS = 3000
const RETRY_MS = 300

/** Web players as Icecast sees them: one TCP connection each, which only counts what comes. */
export class IcecastReceiver {
  readonly #arrivals = new Arrivals()

  async join(count: number, port: number): Promise<void> {
    while (this.#arrivals.size < count) {
      const batch = Math.min(AT_ONCE, count - this.#arrivals.size)
      await Promise.all(Array.from({ length: batch }, () => this.#listen(port)))
    }
    this.#arrivals.begin()
    await this.#arrivals.heardBy(count)
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  async #listen(port: number): Promise<void> {
    const index = this.#arrivals.add()
    // The source may still be on its way: until then there is nothing under that name.
    while (!(await this.#get(index, port))) await pause(RETRY_MS)
  }

  #get(index: number, port: number): Promise<boolean> {
    const pages = new OggPages((sequence) => this.#arrivals.take(index, sequence))
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /bench.opus HTTP/1.0\r\n\r\n'))
      const tooLate = setTimeout(() => socket.destroy(), ANSWER_MS)
      socket.once('data', (head) => {
        clearTimeout(tooLate)
        resolve(head.subarray(0, 16).includes(' 200 '))
      })
      socket.on('data', (bytes) => pages.push(bytes))
      // Reset, closed without a word, or given up.
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
    })
  }
}
