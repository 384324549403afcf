/** What a file is by its first bytes; `name` in words when its decoder may be another program's, or nobody's. */
export type DetectedFormat =
  | { kind: 'wav' }
  | { kind: 'flac' }
  | { kind: 'unknown' }
  | { kind: 'ogg-opus' }
  | { kind: 'mp4'; name: string }
  | { kind: 'matroska'; name: string }
  | { kind: 'foreign'; name: string }
  | { kind: 'unsupported'; name: string }

interface Signature {
  at: number
  bytes: string
  format: DetectedFormat
}

const foreign = (name: string): DetectedFormat => ({ kind: 'foreign', name })

const SIGNATURES: readonly Signature[] = [
  { at: 0, bytes: 'fLaC', format: { kind: 'flac' } },
  { at: 4, bytes: 'ftyp', format: { kind: 'mp4', name: 'an MP4/M4A file without Opus' } },
  { at: 0, bytes: 'FORM', format: foreign('an AIFF file') },
  { at: 0, bytes: 'RIFX', format: foreign('a big-endian WAV file') },
  {
    at: 0,
    bytes: '\x1a\x45\xdf\xa3',
    format: { kind: 'matroska', name: 'a Matroska/WebM file without Opus' },
  },
  { at: 0, bytes: '\x30\x26\xb2\x75', format: foreign('a Windows Media file') },
  { at: 0, bytes: 'MAC ', format: foreign("a Monkey's Audio file") },
  { at: 0, bytes: 'wvpk', format: foreign('a WavPack file') },
  { at: 0, bytes: 'MThd', format: { kind: 'unsupported', name: 'a MIDI file (notes, no sound)' } },
  { at: 0, bytes: 'caff', format: foreign('a Core Audio file') },
  { at: 0, bytes: '#!AMR', format: foreign('an AMR file') },
  { at: 0, bytes: '.snd', format: foreign('a Sun audio file') },
  { at: 0, bytes: 'ADIF', format: foreign('an AAC file') },
]

const OGG_CODECS: readonly Signature[] = [
  { at: 0, bytes: 'OpusHead', format: { kind: 'ogg-opus' } },
  { at: 0, bytes: '\x01vorbis', format: foreign('Ogg Vorbis') },
  { at: 0, bytes: '\x7fFLAC', format: foreign('FLAC in an Ogg container') },
  { at: 0, bytes: 'Speex   ', format: foreign('Ogg Speex') },
]

/** How many of a file's first bytes `detectFormat` wants to see. */
export const DETECT_BYTES = 4096

/** By content, never by extension. MPEG audio has no signature: it is `unknown` here and left to the frame scanner. */
export function detectFormat(head: Uint8Array): DetectedFormat {
  if ((matches(head, 0, 'RIFF') || matches(head, 0, 'RF64')) && matches(head, 8, 'WAVE'))
    return { kind: 'wav' }
  if (matches(head, 0, 'RIFF') && matches(head, 8, 'AVI ')) return foreign('an AVI file')
  if (matches(head, 0, 'OggS')) return detectOgg(head)
  // ADTS: the MPEG sync word with layer bits 00.
  if (head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0) return foreign('an AAC file')
  return SIGNATURES.find(({ at, bytes }) => matches(head, at, bytes))?.format ?? { kind: 'unknown' }
}

/** The first page's first packet names the codec; the page header is 27 bytes and the segment table. */
function detectOgg(head: Uint8Array): DetectedFormat {
  const body = 27 + (head[26] ?? 0)
  const found = OGG_CODECS.find(({ at, bytes }) => matches(head, body + at, bytes))
  return found?.format ?? foreign('an Ogg file without Opus')
}

function matches(bytes: Uint8Array, at: number, expected: string): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected.charCodeAt(i)) return false
  }
  return true
}
