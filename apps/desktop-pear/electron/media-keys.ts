import type { Command } from '@pearcast/engine/schema'
import type { ElectronApi } from './electron-api.ts'
import type { EngineStatus } from './engine/messages.ts'

const KEYS = ['MediaPlayPause', 'MediaStop'] as const
type Key = (typeof KEYS)[number]

/**
 * On air the play key mutes; else it stops what is heard, and then plays it again. The keys are taken from other players only
 * while there is something to do with them.
 */
export class MediaKeys {
  readonly #electron: Pick<ElectronApi, 'globalShortcut'>
  readonly #command: (command: Command) => void
  #status: EngineStatus | undefined
  #lastLink: string | undefined
  #isHeld = false

  constructor(electron: Pick<ElectronApi, 'globalShortcut'>, command: (command: Command) => void) {
    this.#electron = electron
    this.#command = command
  }

  follow(status: EngineStatus): void {
    this.#status = status
    this.#lastLink = status.listening?.link ?? this.#lastLink
    const isWanted = status.broadcast !== null || this.#lastLink !== undefined
    if (isWanted !== this.#isHeld) this.#hold(isWanted)
  }

  release(): void {
    if (this.#isHeld) this.#hold(false)
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    for (const key of KEYS) {
      if (!isHeld) this.#electron.globalShortcut.unregister(key)
      // Another player may have it, and macOS asks its user first: then the key does nothing here.
      else this.#electron.globalShortcut.register(key, () => this.#press(key))
    }
  }

  #press(key: Key): void {
    const { broadcast, isMuted, listening } = this.#status ?? {}
    if (broadcast) {
      if (key === 'MediaPlayPause') this.#command({ name: 'mute', muted: !isMuted })
    } else if (listening) {
      this.#command({ name: 'stop-listening' })
    } else if (key === 'MediaPlayPause' && this.#lastLink !== undefined) {
      this.#command({ name: 'listen', link: this.#lastLink, buffer: 'low' })
    }
  }
}
