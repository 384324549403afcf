import { symlink } from 'node:fs/promises'
import { decodeFile } from '@pearcast/audio'
import { afterEach, beforeEach, expect } from 'vitest'
import { bestSecond } from './testing/heard.ts'
import { Lab, ROOT } from './testing/pearcast.ts'
import { ffmpeg, pcmOf, testWith } from './testing/tools.ts'

const SAMPLE = `${ROOT}/samples/first-light.flac`

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

testWith('ffmpeg').each(['killed.wav', 'killed.opus'])(
  '%s of a listener that was killed plays elsewhere, up to its last second',
  async (name) => {
    const { link } = await lab.broadcast(SAMPLE, '--loop')
    const listener = lab.listen(link, '--output', lab.path(name), '--buffer', '400')
    await listener.until(({ event, framesPlayed }) => event === 'stats' && Number(framesPlayed) > 250, 40_000)
    expect(await listener.stop('SIGKILL')).toBe('SIGKILL')
    const pcm = pcmOf(ffmpeg('-i', lab.path(name), '-f', 's16le', '-ac', '2', '-ar', '48000', '-'))
    expect(pcm.length / 96_000).toBeGreaterThan(3)
    const source = await decodeFile(SAMPLE)
    const found = bestSecond(pcm, source.pcm)
    expect(found.correlation).toBeGreaterThan(0.9)
  },
)

testWith('/dev/full')('a full disk: exit code 6, and what to do', async () => {
  const { link } = await lab.broadcast('tone')
  await symlink('/dev/full', lab.path('full.wav'))
  const listener = lab.listen(link, '--output', lab.path('full.wav'))
  expect(await listener.exited).toBe(6)
  expect(listener.of('error')[0]).toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('free some space'),
  })
  expect(listener.of('ended')[0]?.['reason']).toBe('output-failed')
})
