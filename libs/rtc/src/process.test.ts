import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RTC_STACKS } from './stacks.ts'
import { runToEnd } from './testing/child.ts'
import { show } from './testing/show.ts'

const script = (name: string): string => join(import.meta.dirname, '..', 'scripts', name)

describe('a process', () => {
  test('that only imports the library loads no stack', async () => {
    const ended = await runToEnd(process.execPath, [script('endings.ts'), 'import'], 15_000)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    show(`import: ${ended.stdout.trim()}`)
    expect(JSON.parse(ended.stdout)).toMatchObject({ loaded: [] })
  })

  test.each(['closed', 'closedByPeer', 'weriftClosed', 'weriftUnanswered', 'cleanedUp'])(
    'ends by itself: %s',
    async (scenario) => {
      const ended = await runToEnd(process.execPath, [script('endings.ts'), scenario], 15_000)
      expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    },
  )

  test('that runs out of file descriptors says so and lives on', async () => {
    const command = `ulimit -n 100 && exec "$0" "$@"`
    const ended = await runToEnd(
      'sh',
      ['-c', command, process.execPath, script('endings.ts'), 'descriptors'],
      15_000,
    )
    expect(ended).toMatchObject({ code: 0, signal: null })
    // One word for each number of free descriptors, from eight down to none.
    expect(ended.stdout).toMatch(/^\[("offered",)+("NO_SOCKET",?)+\]\n$/)
  })
})

test.each(RTC_STACKS)('a hostile peer gets refused by %s, and never ends the process', async (stack) => {
  const seed = Number(process.env['PEARCAST_FUZZ_SEED'] ?? Date.now() % 1_000_000)
  const cases = Number(process.env['PEARCAST_FUZZ_CASES'] ?? 400)
  const ended = await runToEnd(
    process.execPath,
    [script('fuzz-peer.ts'), String(seed), String(cases), stack],
    19_000,
  )
  expect(ended, `seed ${seed}`).toMatchObject({ code: 0, signal: null, stderr: '' })
  show(`seed ${seed}, ${cases} negotiations: ${ended.stdout.trim()}`)
  // Both ways through were taken: neither a parser that refuses everything nor one that lets all pass would do.
  expect(JSON.parse(ended.stdout)).toMatchObject({
    'offer taken': expect.any(Number),
    'answer taken': expect.any(Number),
    'candidate taken': expect.any(Number),
    CANDIDATE_SYNTAX: expect.any(Number),
    SDP_FINGERPRINT: expect.any(Number),
    SDP_CHARACTER: expect.any(Number),
  })
})
