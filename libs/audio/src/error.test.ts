import { describe, expect, test } from 'vitest'
import { AudioError } from './error.ts'

const ERRORS = [
  AudioError.fileMissing('a.mp3'),
  AudioError.fileEmpty('a.mp3'),
  AudioError.fileNotAudio('a.mp3'),
  AudioError.fileTruncated('a.mp3', 1.23, 456, '30.0 s'),
  AudioError.fileCorrupt('a.mp3', 'its frames are wrong'),
  AudioError.fileUnreadable('a.mp3', 'permission denied'),
  AudioError.isDirectory('a.mp3'),
  AudioError.formatUnsupported('a.mp3', 'a MIDI file'),
  AudioError.outputUnsupported('a.mp3'),
  AudioError.outputUnwritable('a.mp3', 'permission denied'),
  AudioError.diskFull('a.mp3'),
  AudioError.noAudioDevice('ALSA lib:\nno card'),
  AudioError.badFrameSize(3, 960),
]

describe('AudioError', () => {
  test.each(ERRORS.map((error) => [error.code, error] as const))('%s is one line', (_, error) => {
    expect(error.message).not.toMatch(/[\r\n]/)
    expect(error.message.length).toBeGreaterThan(30)
  })

  test('every code is used by one factory only', () => {
    expect(new Set(ERRORS.map((error) => error.code)).size).toBe(ERRORS.length)
  })

  test('a path cannot break the line or drive the terminal', () => {
    const { message } = AudioError.fileMissing('evil\u001b[2J\nname.wav')
    // oxlint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u001f]/)
    expect(message).toContain('evil [2J name.wav')
  })

  test('a truncated file says at which second and byte, and how to play it anyway', () => {
    const { message } = AudioError.fileTruncated('show.flac', 12.34, 99_000, '60.0 s')
    expect(message).toContain('12.3 s')
    expect(message).toContain('byte 99000')
    expect(message).toContain('--allow-truncated')
  })

  test('without a sound card the message names the other outputs', () => {
    const { message } = AudioError.noAudioDevice('none')
    expect(message).toMatch(/^NO SOUND CARD/)
    expect(message).toContain('--output')
    expect(message).toContain('.wav')
    expect(message).toContain('.opus')
    expect(message).toContain('null')
  })
})
