import { NetsimError } from './errors.ts'

/** The promise's outcome, or `LAB_HUNG` after `ms`: nothing in a lab is waited for without an end. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(NetsimError.hung(what, ms)), ms)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
