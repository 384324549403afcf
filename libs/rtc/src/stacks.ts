import { createNdcTransport } from './ndc/create.ts'
import { native } from './ndc/native.ts'
import type { PeerTransport, PeerTransportOptions } from './peer-transport.ts'
import { closeTransports } from './transport.ts'
import { createWeriftTransport } from './werift/create.ts'
import { werift } from './werift/module.ts'

/** The implementations of WebRTC there are, the preferred one first: node-datachannel and werift. */
export const RTC_STACKS = ['ndc', 'werift'] as const
export type RtcStack = (typeof RTC_STACKS)[number]

export type RtcAvailability = { ok: true; stack: RtcStack } | { ok: false; reason: string }

/**
 * Whether transports can be made on this machine, and by which stack: the wanted one, or the first that loads. The first
 * call loads it.
 */
export function rtcAvailable(wanted?: RtcStack): RtcAvailability {
  let reason = ''
  for (const stack of wanted === undefined ? RTC_STACKS : [wanted]) {
    try {
      load(stack)
      return { ok: true, stack }
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error)
    }
  }
  return { ok: false, reason }
}

function load(stack: RtcStack): void {
  if (stack === 'ndc') native.get()
  else werift.get()
}

/** @throws RtcError NATIVE_MISSING, BIND_ADDRESS, NATIVE_FAILED */
export function createTransport(stack: RtcStack, options: PeerTransportOptions): PeerTransport {
  return stack === 'ndc' ? createNdcTransport(options) : createWeriftTransport(options)
}

/**
 * Ends every transport of the process and stops the native threads, which may block for a moment. For the end of
 * the process: with a transport still open, Node would not exit.
 */
export function closeRtc(): void {
  closeTransports()
  native.loaded?.cleanup()
}
