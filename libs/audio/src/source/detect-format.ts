/** What a file is by its first bytes; `name` in words when it is known but not supported. */
export type DetectedFormat =
  | { kind: 'wav' }
  | { kind: 'flac' }
  | { kind: 'unknown' }
  | { kind: 'ogg-opus' }
  | { kind: 'unsupported'; name: string }

interface Signature {
  at: number
  bytes: string
  format: DetectedFormat
}

const unsupported = (name: string): DetectedFormat => ({ kind: 'unsupported', name })

const SIGNATURES: readonly Signature[] = [
  { at: 0, bytes: 'fLaC', format: { kind: 'flac' } },
  { at: 4, bytes: 'ftyp', format: unsupported('an MP4/M4A file (AAC or ALAC)') },
  { at: 0, bytes: 'FORM', format: unsupported('an AIFF file') },
  { at: 0, bytes: 'RIFX', format: unsupported('a big-endian WAV file') },
  { at: 0, bytes: '\x1a\x45\xdf\xa3', format: unsupported('a Matroska/WebM file') },
  { at: 0, bytes: '\x30\x26\xb2\x75', format: unsupported('a Windows Media file') },
  { at: 0, bytes: 'MAC ', format: unsupported("a Monkey's Audio file") },
  { at: 0, bytes: 'wvpk', format: unsupported('a WavPack file') },
  { at: 0, bytes: 'MThd', format: unsupported('a MIDI file, which holds notes and no sound') },
  { at: 0, bytes: 'caff', format: unsupported('a Core Audio file') },
  { at: 0, bytes: '#!AMR', format: unsupported('an AMR file') },
  { at: 0, bytes: '.snd', format: unsupported('a Sun audio file') },
  { at: 0, bytes: 'ADIF', format: unsupported('an AAC file') },
]

const OGG_CODECS: readonly Signature[] = [
  { at: 0, bytes: 'OpusHead', format: { kind: 'ogg-opus' } },
  { at: 0, bytes: '\x01vorbis', format: unsupported('Ogg Vorbis') },
  { at: 0, bytes: '\x7fFLAC', format: unsupported('FLAC in an Ogg container') },
  { at: 0, bytes: 'Speex   ', format: unsupported('Ogg Speex') },
]

/** How many of a file's first bytes `detectFormat` wants to see. */
export const DETECT_BYTES = 4096

/** By content, never by extension. MPEG audio has no signature: it is `unknown` here and left to the frame scanner. */
export function detectFormat(head: Uint8Array): DetectedFormat {
  if ((matches(head, 0, 'RIFF') || matches(head, 0, 'RF64')) && matches(head, 8, 'WAVE'))
    return { kind: 'wav' }
  if (matches(head, 0, 'RIFF') && matches(head, 8, 'AVI ')) return unsupported('an AVI file')
  if (matches(head, 0, 'OggS')) return detectOgg(head)
  // ADTS: the MPEG sync word with layer bits 00.
  if (head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0) return unsupported('an AAC file')
  return SIGNATURES.find(({ at, bytes }) => matches(head, at, bytes))?.format ?? { kind: 'unknown' }
}

/** The first page's first packet names the codec; the page header is 27 bytes and the segment table. */
function detectOgg(head: Uint8Array): DetectedFormat {
  const body = 27 + (head[26] ?? 0)
  const found = OGG_CODECS.find(({ at, bytes }) => matches(head, body + at, bytes))
  return found?.format ?? unsupported('an Ogg file without Opus')
}

function matches(bytes: Uint8Array, at: number, expected: string): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected.charCodeAt(i)) return false
  }
  return true
}
