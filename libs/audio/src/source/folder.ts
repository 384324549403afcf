import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { AudioError } from '../error.ts'
import { errorCodeOf, reasonOf } from './bytes.ts'

/** By their names: to look into every picture and text beside an album would take long, and be told as a failure each time. */
const AUDIO_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    '.aac .ac3 .aif .aifc .aiff .amr .ape .au .caf .flac .m4a .m4b .mka .mkv .mov .mp2 .mp3 .mp4 .mpc .oga .ogg .opus .spx ' +
    '.tta .wav .wave .webm .wma .wv'
  ).split(' '),
)
const MAX_DEPTH = 16
const MAX_FILES = 100_000

/** "Track 2" before "track 10". */
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/**
 * The files that inputs stand for, in order: a file is itself, a folder the audio files in it and in its folders, naturally
 * sorted, hidden ones left out.
 * @throws AudioError FILE_MISSING, FILE_UNREADABLE, NO_AUDIO_FILES
 */
export async function expandInputs(inputs: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const input of inputs) {
    const isFolder = await isDirectory(input)
    const found = isFolder ? await filesIn(input, MAX_DEPTH) : [input]
    if (found.length === 0) throw AudioError.noAudioFiles(input)
    files.push(...found)
  }
  return files.slice(0, MAX_FILES)
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw AudioError.fileMissing(path)
    throw AudioError.fileUnreadable(path, reasonOf(error), error)
  }
}

async function filesIn(folder: string, depthLeft: number): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw AudioError.fileUnreadable(folder, reasonOf(error), error)
  })
  const files: string[] = []
  for (const name of names.filter((each) => !each.startsWith('.')).sort(natural.compare)) {
    const path = join(folder, name)
    // A link that leads nowhere, or to what is gone by now.
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isDirectory() && depthLeft > 0) files.push(...(await filesIn(path, depthLeft - 1)))
    else if (stats?.isFile() && AUDIO_EXTENSIONS.has(extname(name).toLowerCase())) files.push(path)
    if (files.length >= MAX_FILES) break
  }
  return files
}
