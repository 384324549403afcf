/** What went wrong with a file, a device or an output; `code` is stable, the message is one line for people. */
export type AudioErrorCode =
  | 'FILE_MISSING'
  | 'FILE_EMPTY'
  | 'FILE_NOT_AUDIO'
  | 'FILE_TRUNCATED'
  | 'FILE_CORRUPT'
  | 'FILE_UNREADABLE'
  | 'FORMAT_UNSUPPORTED'
  | 'IS_DIRECTORY'
  | 'OUTPUT_UNSUPPORTED'
  | 'OUTPUT_UNWRITABLE'
  | 'DISK_FULL'
  | 'NO_AUDIO_DEVICE'
  | 'BAD_FRAME_SIZE'

/** The formats a source may have, as words for messages. */
const SUPPORTED_INPUTS = 'WAV, MP3, FLAC, Ogg Opus'

const SUPPORTED_OUTPUTS = 'a path ending in .wav or .opus, "speakers", or "null" to discard the sound'

/** The one error class of this library. Made by its factories only. */
export class AudioError extends Error {
  readonly code: AudioErrorCode

  private constructor(code: AudioErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AudioError'
    this.code = code
  }

  static fileMissing(path: string): AudioError {
    return new AudioError('FILE_MISSING', `${quote(path)} does not exist: check the path`)
  }

  static fileEmpty(path: string): AudioError {
    return new AudioError('FILE_EMPTY', `${quote(path)} is empty: it holds no audio; choose another file`)
  }

  static fileNotAudio(path: string): AudioError {
    return new AudioError(
      'FILE_NOT_AUDIO',
      `${quote(path)} is not an audio file by its content; supported are ${SUPPORTED_INPUTS}`,
    )
  }

  /** @param atS where the audio stops, in seconds; @param atByte where the file stops */
  static fileTruncated(path: string, atS: number, atByte: number, announced: string): AudioError {
    return new AudioError(
      'FILE_TRUNCATED',
      `${quote(path)} is cut off at ${atS.toFixed(1)} s (byte ${atByte}) of ${announced}: ` +
        'copy or download it again, or use what is there with --allow-truncated',
    )
  }

  static fileCorrupt(path: string, what: string, cause?: unknown): AudioError {
    return new AudioError(
      'FILE_CORRUPT',
      `${quote(path)} is damaged: ${what}; copy or convert it again`,
      cause,
    )
  }

  static fileUnreadable(path: string, why: string, cause?: unknown): AudioError {
    return new AudioError(
      'FILE_UNREADABLE',
      `${quote(path)} cannot be read: ${why}; check its permissions`,
      cause,
    )
  }

  static isDirectory(path: string): AudioError {
    return new AudioError('IS_DIRECTORY', `${quote(path)} is a directory: name an audio file in it`)
  }

  static formatUnsupported(path: string, what: string): AudioError {
    return new AudioError(
      'FORMAT_UNSUPPORTED',
      `${quote(path)} is ${what}, which is not supported; supported are ${SUPPORTED_INPUTS}: ` +
        'convert it, for example to FLAC',
    )
  }

  static outputUnsupported(spec: string): AudioError {
    return new AudioError(
      'OUTPUT_UNSUPPORTED',
      `${quote(spec)} is not an output; an output is ${SUPPORTED_OUTPUTS}`,
    )
  }

  static outputUnwritable(path: string, why: string, cause?: unknown): AudioError {
    return new AudioError(
      'OUTPUT_UNWRITABLE',
      `${quote(path)} cannot be written: ${why}; choose a path in an existing folder that you may write to`,
      cause,
    )
  }

  static diskFull(path: string, cause?: unknown): AudioError {
    return new AudioError(
      'DISK_FULL',
      `${quote(path)} stopped growing: the disk is full; free some space, what was written is kept`,
      cause,
    )
  }

  static noAudioDevice(why: string): AudioError {
    return new AudioError(
      'NO_AUDIO_DEVICE',
      `NO SOUND CARD: this machine has no audio output that can be opened (${oneLine(why)}); ` +
        'choose another --output: a .wav or .opus file to record to, or null to discard the sound',
    )
  }

  static badFrameSize(samples: number, expected: number): AudioError {
    return new AudioError(
      'BAD_FRAME_SIZE',
      `the encoder was given ${samples} samples where a 20 ms frame has ${expected}: cut the audio into whole frames`,
    )
  }
}

function quote(path: string): string {
  return `"${oneLine(path)}"`
}

/** Control characters in a path or a driver's message must not break the line (or drive a terminal). */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
}
