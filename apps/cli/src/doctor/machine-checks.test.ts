import { expect, test } from 'vitest'
import { ffmpegCheck, filesCheck } from './machine-checks.ts'

test('few open files are noted with what to do', () => {
  expect(filesCheck(256)).toMatchObject({
    status: 'warning',
    text: 'At most 256 open files: enough for about 108 listeners. "ulimit -n 4096" raises it.',
  })
  expect(filesCheck(20).text).toContain('about 0 listeners')
  expect(filesCheck(1_048_576).status).toBe('ok')
})

test('a missing ffmpeg is no failure', async () => {
  const path = process.env['PATH']
  process.env['PATH'] = ''
  try {
    expect(await ffmpegCheck()).toMatchObject({
      status: 'warning',
      text: expect.stringContaining('No ffmpeg'),
    })
  } finally {
    process.env['PATH'] = path
  }
})
