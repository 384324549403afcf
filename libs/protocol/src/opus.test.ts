import { describe, expect, test } from 'vitest'
import { opusDurationSamples } from './index.ts'
import { codeOf } from './testing/errors.ts'

const SAMPLES_PER_MS = 48
/** RFC 6716 table 2: frame sizes in ms of the configurations 0 to 31. */
const FRAME_MS = [
  [10, 20, 40, 60],
  [10, 20, 40, 60],
  [10, 20, 40, 60],
  [10, 20],
  [10, 20],
  [2.5, 5, 10, 20],
  [2.5, 5, 10, 20],
  [2.5, 5, 10, 20],
  [2.5, 5, 10, 20],
].flat()

function samplesOf(...bytes: number[]): number {
  return opusDurationSamples(Uint8Array.from(bytes))
}

describe('the duration of an Opus packet', () => {
  test('follows the configuration and the frame count of its TOC byte, mono and stereo', () => {
    for (const [config, ms] of FRAME_MS.entries()) {
      for (const stereo of [0, 4]) {
        const toc = (config << 3) | stereo
        const samples = ms * SAMPLES_PER_MS
        expect(samplesOf(toc, 1, 2, 3)).toBe(samples)
        expect(samplesOf(toc | 1, 1, 2, 3, 4)).toBe(2 * samples)
        expect(samplesOf(toc | 2, 1, 9, 8, 7)).toBe(2 * samples)
        const most = Math.floor(120 / ms)
        expect(samplesOf(toc | 3, most, ...Array.from({ length: most }, () => 5))).toBe(most * samples)
        expect(codeOf(() => samplesOf(toc | 3, most + 1, ...Array.from({ length: most + 1 }, () => 5)))).toBe(
          'OPUS_PACKET',
        )
      }
    }
  })

  test('is that of one frame for a packet of one byte, as DTX sends it', () => {
    expect(samplesOf(0xfc)).toBe(960)
  })

  test('is found behind padding and frame lengths of both widths', () => {
    // Three 20 ms frames, variable: lengths 2 and 253 + 4 * 1, then the rest; five bytes of padding.
    const lengths = [2, 253, 1]
    const data = Array.from({ length: 2 + 257 + 10 }, () => 1)
    expect(samplesOf(0xff, 0b1100_0011, 5, ...lengths, ...data, 0, 0, 0, 0, 0)).toBe(3 * 960)
    // Two equal frames and 254 + 1 bytes of padding.
    expect(samplesOf(0xff, 0b0100_0010, 255, 1, 7, 7, ...new Uint8Array(255))).toBe(2 * 960)
  })
})

describe('a packet that RFC 6716 forbids is refused:', () => {
  test.each<[string, number[]]>([
    ['an empty one', []],
    ['two equal frames in an odd length', [0xfd, 1, 2, 3]],
    ['a first frame longer than the packet', [0xfe, 5, 1, 2]],
    ['a first frame that is missing', [0xfe, 1]],
    ['a frame length that is cut off', [0xfe]],
    ['a wide frame length that is cut off', [0xfe, 252]],
    ['no frame count', [0xff]],
    ['no frames', [0xff, 0]],
    ['equal frames that do not fill it', [0xff, 2, 1, 2, 3]],
    ['variable frames longer than it', [0xff, 0b1000_0010, 9, 1]],
    ['fewer frame lengths than frames', [0xff, 0b1000_0110, 1, 1]],
    ['padding longer than it', [0xff, 0b0100_0001, 9, 1]],
    ['a padding length that is cut off', [0xff, 0b0100_0001, 255]],
    ['a frame of more than 1275 bytes', [0xfc, ...new Uint8Array(1276).fill(1)]],
  ])('%s', (_, bytes) => {
    expect(codeOf(() => samplesOf(...bytes))).toBe('OPUS_PACKET')
  })
})
