import { createRequire } from 'node:module'
import type * as Ndc from 'node-datachannel'
import { RtcError } from '../errors.ts'

export type NativeRtc = Pick<typeof Ndc, 'PeerConnection' | 'Audio' | 'cleanup'>

export type RtcAvailability = { ok: true } | { ok: false; reason: string }

/** Loads the native module at the first use, and remembers how that went. */
export class NativeLoader {
  readonly #load: () => NativeRtc
  #loaded: NativeRtc | undefined
  #failure: RtcError | undefined

  constructor(load: () => NativeRtc) {
    this.#load = load
  }

  /** @throws RtcError NATIVE_MISSING */
  get(): NativeRtc {
    if (this.#loaded) return this.#loaded
    if (this.#failure) throw this.#failure
    try {
      this.#loaded = this.#load()
      return this.#loaded
    } catch (error) {
      this.#failure = RtcError.nativeMissing(missingReason(error))
      throw this.#failure
    }
  }

  /** The module when something has used it already. */
  get loaded(): NativeRtc | undefined {
    return this.#loaded
  }
}

function missingReason(error: unknown): string {
  const detail = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
  return (
    `WebRTC is not available: node-datachannel could not be loaded for ${process.platform}-${process.arch}` +
    ` (${detail.slice(0, 200)}); reinstall with optional dependencies, or use the swarm path only (--path swarm)`
  )
}

// `require`, because loading must be lazy and synchronous; importing this library then costs no native code.
const require: NodeJS.Require = createRequire(import.meta.url)

export const native: NativeLoader = new NativeLoader((): NativeRtc => require('node-datachannel'))

/** Whether transports can be made on this machine. The first call loads the native module. */
export function rtcAvailable(): RtcAvailability {
  try {
    native.get()
    return { ok: true }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
