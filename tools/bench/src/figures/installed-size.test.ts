import { afterAll, expect, test } from 'vitest'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { installedSize } from './installed-size.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-installed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, content: string): number {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
  return content.length
}

test('counts each package once that is reached, nested or hoisted, and no other', () => {
  const bytes = [
    write('app/package.json', '{"dependencies":{"a":"1"},"optionalDependencies":{"b":"1","elsewhere":"1"}}'),
    write('app/dist/main.js', 'main'),
    write('node_modules/a/package.json', '{"dependencies":{"b":"2"}}'),
    write('node_modules/a/node_modules/b/package.json', '{"version":"2"}'),
    write('node_modules/b/package.json', '{"dependencies":{"a":"1"}}'),
    write('node_modules/b/deep/in/it.js', 'x'.repeat(100)),
  ]
  write('node_modules/unused/package.json', '{}')
  expect(installedSize(join(folder, 'app'))).toEqual({
    bytes: bytes.reduce((sum, each) => sum + each),
    packages: 4,
  })
})
