import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

test.skipIf(!canPin)('a process that has pinned itself starts others on the core that is theirs', () => {
  // In a process of its own: this one keeps its cores.
  const pinned = JSON.stringify(new URL('pinned.ts', import.meta.url).href)
  const script = `
    import { pinSelf, spawnPinned, SENDER_CORE } from ${pinned}
    pinSelf()
    spawnPinned(SENDER_CORE, 'sh', ['-c', 'taskset -cp $$'], { stdio: 'inherit' })`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stdout).toMatch(/affinity list: 0$/m)
})
