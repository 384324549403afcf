import { join } from 'node:path'
import type { Pear, PearOptions } from '../runtime.ts'

/** Stands in for pear-runtime: an update comes, or fails, when a test says so. */
export class FakePear {
  static readonly made: FakePear[] = []
  readonly options: PearOptions
  readonly done: string[] = []
  readonly #listeners = new Map<string, (error: Error) => void>()
  readonly swarm: Pear['swarm'] = { destroy: async () => void this.done.push('swarm destroyed') }
  readonly updater: Pear['updater'] = {
    on: (event: string, listener: (error: Error) => void) => this.#listeners.set(event, listener),
    applyUpdate: async () => void this.done.push('update applied'),
  }

  constructor(options: PearOptions) {
    this.options = options
    FakePear.made.push(this)
  }

  get storage(): string {
    return join(this.options.dir, 'app-storage')
  }

  on(event: string, listener: (error: Error) => void): void {
    this.#listeners.set(`runtime ${event}`, listener)
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.done.push('closed')
  }

  emit(event: string): void {
    this.#listeners.get(event)?.(new Error('no peers'))
  }
}
