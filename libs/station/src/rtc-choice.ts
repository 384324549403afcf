import { type RtcStack, rtcAvailable } from '@pearcast/rtc'
import { StationError } from './errors.ts'
import type { PathMode } from './events.ts'

/** Which WebRTC stack carries audio; `none`: the swarm path only. Left out, it is the first that loads. */
export type RtcChoice = RtcStack | 'none'

export interface ChosenPath {
  path: PathMode
  /** Undefined where WebRTC is not used. */
  stack?: RtcStack
}

/**
 * What a run works with: without WebRTC `auto` is `swarm`, so that nothing is negotiated in vain. Loads the stack.
 *
 * @throws StationError RTC_UNAVAILABLE when WebRTC, or one stack of it, was asked for and cannot be had
 */
export function choosePath(path: PathMode, rtc?: RtcChoice): ChosenPath {
  if (path === 'swarm') return { path }
  if (rtc === 'none') {
    if (path === 'webrtc') {
      throw StationError.rtcUnavailable(
        'WebRTC is asked for (--path webrtc) and switched off (--rtc none): leave one of the two out',
      )
    }
    return { path: 'swarm' }
  }
  const available = rtcAvailable(rtc)
  if (available.ok) return { path, stack: available.stack }
  if (path === 'webrtc' || rtc !== undefined) throw StationError.rtcUnavailable(available.reason)
  return { path: 'swarm' }
}
