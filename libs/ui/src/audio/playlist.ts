import { signal } from '@preact/signals'

/** Audio files one after the other, played by the browser's own decoders into the mixer. */
export class Playlist {
  readonly node: MediaElementAudioSourceNode
  readonly files = signal<readonly File[]>([])
  readonly index = signal(0)
  readonly isPlaying = signal(false)
  readonly failed = signal<string | undefined>(undefined)
  readonly #element = new Audio()
  /** Whether the next one begins by itself. */
  #isWanted = false
  #url = ''

  constructor(context: AudioContext, files: readonly File[]) {
    this.node = new MediaElementAudioSourceNode(context, { mediaElement: this.#element })
    this.#element.addEventListener('ended', () => this.next())
    this.#element.addEventListener('play', () => (this.isPlaying.value = true))
    this.#element.addEventListener('pause', () => (this.isPlaying.value = false))
    this.#element.addEventListener('error', () => this.#skip())
    this.files.value = files
    this.#load(0)
  }

  get current(): File | undefined {
    return this.files.value[this.index.value]
  }

  /** What is played after it; undefined where it is alone. */
  get following(): File | undefined {
    const { length } = this.files.value
    return length > 1 ? this.files.value[(this.index.value + 1) % length] : undefined
  }

  add(files: readonly File[]): void {
    const wasEmpty = this.files.value.length === 0
    this.files.value = [...this.files.value, ...files]
    if (wasEmpty) this.#load(0)
  }

  toggle(): void {
    this.#isWanted = !this.isPlaying.value
    if (this.#isWanted) this.#play()
    else this.#element.pause()
  }

  /** The list starts over at its end. */
  next(): void {
    this.#isWanted = true
    this.#load((this.index.value + 1) % this.files.value.length)
  }

  close(): void {
    this.#element.pause()
    this.node.disconnect()
    URL.revokeObjectURL(this.#url)
  }

  #load(index: number): void {
    URL.revokeObjectURL(this.#url)
    this.index.value = index
    const file = this.files.value[index]
    if (file === undefined) return
    this.#url = URL.createObjectURL(file)
    this.#element.src = this.#url
    if (this.#isWanted) this.#play()
  }

  #play(): void {
    // Why it does not, the element tells as an error.
    void this.#element.play().catch(() => undefined)
  }

  #skip(): void {
    const broken = this.current
    if (broken === undefined) return
    this.failed.value = broken.name
    this.files.value = this.files.value.filter((file) => file !== broken)
    if (this.files.value.length > 0) this.#load(this.index.value % this.files.value.length)
  }
}
