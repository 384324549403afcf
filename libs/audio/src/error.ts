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
  | 'OUTPUT_DEVICE_UNKNOWN'
  | 'NO_AUDIO_INPUT'
  | 'INPUT_DEVICE_UNKNOWN'
  | 'DEVICE_NOT_SELECTABLE'
  | 'STDIN_IS_TERMINAL'
  | 'INPUT_EMPTY'
  | 'NO_AUDIO_FILES'
  | 'NO_FFMPEG'
  | 'BAD_FRAME_SIZE'

/** The formats a source may have, as words for messages. */
const SUPPORTED_INPUTS =
  'WAV, MP3, FLAC, Ogg Opus, WebM with Opus, and what ffmpeg reads when it is installed'

const SUPPORTED_OUTPUTS =
  'a path ending in .wav or .opus, "speakers", "-" for PCM on stdout, or "null" to discard the sound'

const INSTALL_FFMPEG =
  'install it (Debian, Ubuntu: apt install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg)'

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

  /** @param atS where the audio stops, in seconds, when it is known; @param atByte where the file stops */
  static fileTruncated(path: string, atS: number | undefined, atByte: number, announced: string): AudioError {
    const at = atS === undefined ? `byte ${atByte}` : `${atS.toFixed(1)} s (byte ${atByte})`
    return new AudioError(
      'FILE_TRUNCATED',
      `${quote(path)} is cut off at ${at} of ${announced}: ` +
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

  static noAudioFiles(folder: string): AudioError {
    return new AudioError(
      'NO_AUDIO_FILES',
      `${quote(folder)} holds no audio files (by their names, in it and in its folders): name another folder, or files`,
    )
  }

  static nothingPlayable(tried: number, last: AudioError): AudioError {
    return new AudioError(
      last.code,
      `none of the ${tried} inputs can be played; the last one: ${last.message}`,
      last,
    )
  }

  /** @param what with article, for example `"x.m4a" is an MP4/M4A file` */
  static noFfmpeg(what: string): AudioError {
    return new AudioError(
      'NO_FFMPEG',
      `${what}: ffmpeg is needed for it, and there is none on the PATH; ${INSTALL_FFMPEG}`,
    )
  }

  static stdinIsTerminal(): AudioError {
    return new AudioError(
      'STDIN_IS_TERMINAL',
      'standard input is a terminal, not audio: pipe into it, for example ' +
        'ffmpeg -i song.mp3 -f s16le -ar 48000 -ac 2 - | pearcast broadcast -',
    )
  }

  static inputEmpty(name: string, why: string): AudioError {
    return new AudioError(
      'INPUT_EMPTY',
      `${name} ended before any audio came (${oneLine(why)}): see what the program before the pipe says`,
    )
  }

  static noAudioInput(why: string): AudioError {
    return new AudioError(
      'NO_AUDIO_INPUT',
      `this machine has no audio input that can be opened (${oneLine(why)}): ` +
        'connect a microphone or allow its use, or see "pearcast devices"',
    )
  }

  static inputDeviceUnknown(name: string, known: readonly string[]): AudioError {
    return new AudioError('INPUT_DEVICE_UNKNOWN', unknownDevice('input', name, known))
  }

  static outputDeviceUnknown(name: string, known: readonly string[]): AudioError {
    return new AudioError('OUTPUT_DEVICE_UNKNOWN', unknownDevice('output', name, known))
  }

  static deviceNotSelectable(): AudioError {
    return new AudioError(
      'DEVICE_NOT_SELECTABLE',
      'an output device can be chosen with PulseAudio and PipeWire only: ' +
        "leave --device out, and choose the device in the system's sound settings",
    )
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

function unknownDevice(kind: 'input' | 'output', name: string, known: readonly string[]): string {
  const there = known.length === 0 ? 'there is none' : `there is ${known.map(quote).join(', ')}`
  return `${quote(name)} is no audio ${kind} of this machine: ${there}; "pearcast devices" lists them`
}

function quote(path: string): string {
  return `"${oneLine(path)}"`
}

/** Control characters in a path or a driver's message must not break the line (or drive a terminal). */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
}
