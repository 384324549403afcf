import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AudioError } from '../error.ts'
import { temporaryFolder } from '../testing/paths.ts'
import { player } from '../testing/run-sink.ts'
import { glide } from '../testing/signals.ts'
import { testWith } from '../testing/tools.ts'
import { AppendFile } from './append-file.ts'
import { openSink } from './open-sink.ts'

describe('a disk', () => {
  test('that falls far behind is told instead of filling the memory', async () => {
    const file = await AppendFile.create(join(await temporaryFolder(), 'slow.wav'), new Uint8Array(0))
    const errors: AudioError[] = []
    file.onError = (error) => errors.push(error)
    const piece = new Uint8Array(1024 * 1024)
    for (let n = 0; n < 40; n++) file.append(piece)
    await file.close()
    expect(errors.map(({ code }) => code)).toEqual(['OUTPUT_UNWRITABLE'])
    expect(errors[0]?.message).toContain('too slow')
  })

  testWith('/dev/full')('that is full when the recording starts is told by start', async () => {
    const path = join(await temporaryFolder(), 'full.wav')
    await symlink('/dev/full', path)
    const sink = await openSink(path, { channels: 2 })
    await expect(sink.start(player(glide(960)))).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  testWith('/dev/full')('that fails midway is told once, and the sink pulls on', async () => {
    const errors: AudioError[] = []
    // An empty head writes nothing, so that the device opens.
    const file = await AppendFile.create('/dev/full', new Uint8Array(0))
    file.onError = (error) => errors.push(error)
    file.append(Uint8Array.of(1))
    file.append(Uint8Array.of(2))
    await file.close()
    expect(errors.map(({ code }) => code)).toEqual(['DISK_FULL'])
  })

  testWith('/dev/full')('that fails midway with nobody listening is told by close', async () => {
    const file = await AppendFile.create('/dev/full', new Uint8Array(0))
    file.append(Uint8Array.of(1))
    await expect(file.close()).rejects.toMatchObject({ code: 'DISK_FULL' })
  })
})
