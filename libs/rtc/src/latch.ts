/** A promise that someone else opens, once. */
export class Latch<T> {
  readonly promise: Promise<T>
  open: (value: T) => void = () => undefined

  constructor() {
    this.promise = new Promise((resolve) => {
      this.open = resolve
    })
  }
}

/** Waits for the promise, but no longer than that. */
export async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
