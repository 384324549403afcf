import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROOT } from './testing/pearcast.ts'

let root: string

/** The real rules over a tree with the real package.json files, in which each library is an empty index. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pearcast-layers-'))
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json']) {
    await cp(join(ROOT, name), join(root, name))
  }
  await linkPackages()
  for (const folder of ['libs', 'apps', 'tools']) {
    for (const project of await readdir(join(ROOT, folder))) await plant(join(folder, project))
  }
  await plant('tests')
})
afterEach(() => rm(root, { recursive: true }))

async function linkPackages(): Promise<void> {
  await mkdir(join(root, 'node_modules', '@pearcast'), { recursive: true })
  for (const name of ['xstate', 'picocolors', 'electron']) {
    await symlink(join(ROOT, 'node_modules', name), join(root, 'node_modules', name))
  }
}

async function plant(project: string): Promise<void> {
  await cp(join(ROOT, project, 'package.json'), join(root, project, 'package.json'))
  await write(join(project, 'src', 'index.ts'), 'export const name = 1\n')
  const link = join(root, 'node_modules', '@pearcast', project.split(/[\\/]/).at(-1) ?? project)
  await symlink(join(root, project), link)
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true })
  await writeFile(join(root, file), text)
}

function check(): { code: number | null; output: string } {
  const cruise = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
  const args = [cruise, 'libs', 'apps', 'tools', 'tests', '--output-type', 'err']
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { code: status, output: stdout + stderr }
}

/** What is wrong, the importing project, what it imports, the rule that must say so. */
const WRONG: readonly [string, string, string, string][] = [
  ['a pure library that imports an adapter', 'libs/media', '@pearcast/swarm', 'layer-media'],
  ['an adapter that imports another', 'libs/rtc', '@pearcast/swarm', 'layer-rtc'],
  ['a library that imports an app', 'libs/station', '../../../apps/cli/src/index.ts', 'layer-station'],
  ['a page that imports what runs in Node', 'libs/ui', '@pearcast/engine', 'the-page-sees-the-schema-only'],
  ['a pure library that reads files', 'libs/protocol', 'node:fs', 'pure-layers-reach-no-platform'],
  ['a pure library that imports its sibling', 'libs/relay', '@pearcast/media', 'layer-relay'],
  ['an undeclared sibling', 'apps/cli', '@pearcast/media', 'declared-apps/cli'],
  ['an undeclared package', 'libs/session-fsm', 'picocolors', 'declared'],
  ['a path past the index', 'libs/swarm', '../../protocol/src/deep.ts', 'only-through-the-index'],
  ['a decision that needs Electron', 'apps/desktop-pear', 'electron', 'electron-in-main-and-preload-only'],
  ['a package that does not exist', 'libs/audio', 'no-such-package', 'resolvable'],
]

describe('the layer check', () => {
  test('passes what the layers allow', async () => {
    await write('libs/media/src/right.ts', "export { name } from '@pearcast/protocol'\n")
    const { code, output } = check()
    expect(code, output).toBe(0)
  })

  test('fails each wrong import under the name of the rule that it breaks', async () => {
    await write('libs/protocol/src/deep.ts', 'export const deep = 1\n')
    for (const [, project, imported] of WRONG) {
      const text = `import * as wrong from '${imported}'\nexport const used: unknown = wrong\n`
      await write(join(project, 'src', 'wrong.ts'), text)
    }
    const { code, output } = check()
    expect(code).not.toBe(0)
    for (const [what, project, , rule] of WRONG) {
      expect(output, what).toContain(`error ${rule}: ${project}/src/wrong.ts`)
    }
  })
})
