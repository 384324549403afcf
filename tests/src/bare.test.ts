import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab, ROOT } from './testing/pearcast.ts'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
})
afterAll(() => lab.close())

/** The runtime, where npm has it for this platform. */
function bareBinary(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('bare-runtime-linux-x64/package')
    return join(dirname(manifest), 'bin', 'bare')
  } catch {
    return undefined
  }
}

test('a listener in Bare finds a station that Node has on air, and verifies what it hears', async (context) => {
  const bare = bareBinary()
  if (bare === undefined) {
    const reason = 'bare-runtime-linux-x64 is not installed: it is for Linux on x64 only'
    process.stdout.write(`SKIP: ${reason}\n`)
    if (process.env['CI'] === 'true' && process.platform === 'linux' && process.arch === 'x64') {
      throw new Error(`CI has to run this test: ${reason}`)
    }
    context.skip(reason)
    return
  }
  const { link } = await lab.broadcast('tone')
  const script = join(ROOT, 'tests', 'scripts', 'bare-listener.ts')
  const listener = lab.runOther(bare, [script, link, lab.bootstrap, '100'])
  const ended = await listener.until('ended', 30_000)
  expect(listener.of('connected')[0]).toMatchObject({ via: 'lan', bare: expect.stringMatching(/^v\d/) })
  expect(ended).toMatchObject({ refused: 0, forged: 0, framesDuplicate: 0 })
  expect(Number(ended['verified'])).toBeGreaterThanOrEqual(100)
  expect(Number(ended['framesPlayed'])).toBeGreaterThanOrEqual(100)
  expect(await listener.exited).toBe(0)
})
