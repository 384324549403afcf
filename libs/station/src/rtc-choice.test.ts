import { expect, test } from 'vitest'
import { choosePath } from './rtc-choice.ts'

test('the native stack is preferred, the other one taken when asked for', () => {
  expect(choosePath('auto')).toEqual({ path: 'auto', stack: 'ndc' })
  expect(choosePath('webrtc', 'werift')).toEqual({ path: 'webrtc', stack: 'werift' })
})

test('without WebRTC nothing is negotiated', () => {
  expect(choosePath('auto', 'none')).toEqual({ path: 'swarm' })
  expect(choosePath('swarm')).toEqual({ path: 'swarm' })
})

test('insisting on WebRTC and switching it off is refused', () => {
  expect(() => choosePath('webrtc', 'none')).toThrow(
    expect.objectContaining({ code: 'RTC_UNAVAILABLE', message: expect.stringContaining('--rtc none') }),
  )
})
