import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixture, temporaryFolder } from '../testing/paths.ts'
import { readItems, readPcm } from '../testing/read-source.ts'
import { buildWav } from '../testing/wav.ts'
import { expandInputs } from './folder.ts'
import { openPlaylist } from './playlist.ts'
import type { SourceNotice } from './source.ts'

/** Two blocks of one level: which file is heard can be read off the samples. */
function wavOf(level: number): Uint8Array {
  return buildWav(new Float32Array(2 * 1920).fill(level), { encoding: 'float32' })
}

async function folderOf(files: Record<string, Uint8Array | string>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

/** What was heard, a level a block, and what was told. */
async function play(inputs: string[], options: { loop?: boolean; shuffleSeed?: number } = {}, limit = 100) {
  const notices: SourceNotice[] = []
  const onNotice = (notice: SourceNotice): void => void notices.push(notice)
  const source = await openPlaylist(inputs, { profile: 'music', ...options, onNotice })
  const pcm = await readPcm(source, limit)
  const levels = Array.from({ length: pcm.length / 1920 }, (_, i) => Math.round((pcm[i * 1920] ?? 0) * 10))
  const told = notices.map((notice) =>
    notice.kind === 'lost' ? notice.kind : `${notice.kind} ${basename(notice.name)}`,
  )
  return { levels, told }
}

describe('inputs', () => {
  test('a folder stands for its audio files, naturally sorted, its folders among them', async () => {
    const folder = await folderOf({
      'track 10.wav': 'x',
      'Track 2.mp3': 'x',
      'cover.jpg': 'x',
      '.hidden.wav': 'x',
      'b/1.flac': 'x',
      'a/1.OPUS': 'x',
    })
    const found = await expandInputs([folder, join(folder, 'cover.jpg')])
    expect(found.map((path) => path.slice(folder.length + 1))).toEqual([
      join('a', '1.OPUS'),
      join('b', '1.flac'),
      'Track 2.mp3',
      'track 10.wav',
      // Named by the user, it is tried.
      'cover.jpg',
    ])
  })

  test('a folder without audio, and a file that is not there, are told at once', async () => {
    const folder = await folderOf({ 'cover.jpg': 'x' })
    await expect(expandInputs([folder])).rejects.toMatchObject({ code: 'NO_AUDIO_FILES' })
    await expect(expandInputs([join(folder, 'a.wav')])).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })

  test('folders that link in a circle are left at some depth', async () => {
    const folder = await folderOf({ 'a.wav': 'x' })
    await symlink(folder, join(folder, 'again'))
    expect((await expandInputs([folder])).length).toBeLessThan(30)
  })
})

describe('a playlist', () => {
  test('plays one after another, and says which', async () => {
    const folder = await folderOf({ '1.wav': wavOf(0.1), '2.wav': wavOf(0.2), '10.wav': wavOf(0.3) })
    const { levels, told } = await play([folder])
    expect(levels).toEqual([1, 1, 2, 2, 3, 3])
    expect(told).toEqual(['entry 1.wav', 'entry 2.wav', 'entry 10.wav'])
  })

  test('loops, shuffled by its seed', async () => {
    const folder = await folderOf({ '1.wav': wavOf(0.1), '2.wav': wavOf(0.2), '3.wav': wavOf(0.3) })
    expect((await play([folder], { loop: true }, 8)).levels).toEqual([1, 1, 2, 2, 3, 3, 1, 1])
    const shuffled = await play([folder], { loop: true, shuffleSeed: 7 }, 24)
    expect(shuffled.levels).toEqual((await play([folder], { loop: true, shuffleSeed: 7 }, 24)).levels)
    expect(new Set(shuffled.levels.slice(0, 6))).toEqual(new Set([1, 2, 3]))
  })

  test('skips what cannot be played, at the beginning, in the middle and at the end, and says so', async () => {
    const cut = wavOf(0.5).subarray(0, 2000)
    const folder = await folderOf({
      '1.wav': '',
      '2.wav': wavOf(0.2),
      '3.mp3': 'no audio',
      '4.wav': wavOf(0.4),
      '5.wav': cut,
    })
    const { levels, told } = await play([folder])
    expect(levels).toEqual([2, 2, 4, 4])
    expect(told).toEqual(['skipped 1.wav', 'entry 2.wav', 'skipped 3.mp3', 'entry 4.wav', 'skipped 5.wav'])
  })

  test('in which nothing can be played is refused, with the reason of the last', async () => {
    const folder = await folderOf({ '1.wav': '', '2.wav': 'text' })
    const opening = openPlaylist([folder], { profile: 'music', loop: true })
    await expect(opening).rejects.toMatchObject({ code: 'FILE_NOT_AUDIO' })
    await expect(opening).rejects.toThrow(/none of the 2 inputs.*2\.wav/)
  })

  test('does not run in circles when all its files are gone', async () => {
    const folder = await folderOf({ '1.wav': wavOf(0.1), '2.wav': wavOf(0.2) })
    const source = await openPlaylist([folder], { profile: 'music', loop: true })
    await writeFile(join(folder, '1.wav'), '')
    await writeFile(join(folder, '2.wav'), '')
    await expect(readItems(source)).rejects.toMatchObject({ code: 'FILE_EMPTY' })
  })

  test('of one file is that file', async () => {
    const source = await openPlaylist([fixture('first-light.opus')], { profile: 'music' })
    expect((await readItems(source, 1))[0]?.kind).toBe('opus')
  })

  test('passes packets through only when they have the channels that listeners were told', async () => {
    const folder = await folderOf({ '1.wav': wavOf(0.1) })
    const inputs = [join(folder, '1.wav'), fixture('first-light.opus')]
    const kinds = async (profile: 'voice' | 'music'): Promise<string[]> =>
      (await readItems(await openPlaylist(inputs, { profile }), 3)).map(({ kind }) => kind)
    expect(await kinds('music')).toEqual(['pcm', 'pcm', 'opus'])
    expect(await kinds('voice')).toEqual(['pcm', 'pcm', 'pcm'])
  })
})
