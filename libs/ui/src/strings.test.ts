import { describe, expect, test } from 'vitest'
import { clock, route, troubleText } from './strings.ts'

describe('words', () => {
  test('a route is said plainly, with its names for who asks', () => {
    expect(route('swarm', 'lan')).toBe('directly, on the same network (swarm, lan)')
    expect(route('webrtc', 'webrtc')).toBe('directly (WebRTC)')
    expect(route('relayed', 'public')).toMatch(/^through another peer/)
    expect(route(null, null)).toBe('not known yet')
  })

  test('a clock counts on past the hour', () => {
    expect([0, 9_999, 75_000, 3_600_000, 36_061_000].map(clock)).toEqual([
      '0:00',
      '0:09',
      '1:15',
      '1:00:00',
      '10:01:01',
    ])
  })

  test('trouble that everybody may have is said in our words, the rest in the program’s', () => {
    expect(troubleText({ code: 'NO_UDP', message: 'x' })).toMatch(/blocks UDP/)
    expect(troubleText({ code: 'RARE', message: 'It broke.' })).toBe('It broke.')
  })
})
