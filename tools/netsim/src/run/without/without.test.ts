import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { controls } from '../../scenarios/controls.ts'
import { MECHANISMS } from '../../scenarios/scenario.ts'
import { withoutFile } from '../stage.ts'

const CLI = fileURLToPath(new URL('../../../../../apps/cli/src/main.ts', import.meta.url))
const STATION = new URL('../../../../../libs/station/src/index.ts', import.meta.url).href

test('every mechanism has a file and a control, and every file a mechanism', () => {
  const files = readdirSync(import.meta.dirname).map((file) => file.replace(/\.ts$/, ''))
  expect(files.filter((file) => file !== 'rewrite' && file !== 'without.test').toSorted()).toEqual([
    ...MECHANISMS,
  ])
  const controlled = new Set(controls.flatMap(({ without }) => without?.mechanism ?? []))
  expect([...controlled].toSorted()).toEqual([...MECHANISMS])
})

test('what is taken out is there to be taken, and the program starts without it', async () => {
  const preloads = MECHANISMS.filter((mechanism) => !['relaying', 'webrtc'].includes(mechanism)).flatMap(
    (mechanism) => ['--import', withoutFile(mechanism).href],
  )
  const { stdout } = await promisify(execFile)(process.execPath, [...preloads, CLI, '--version'])
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+/)
  // What listens and relays is loaded when it is needed, and only then rewritten.
  const load = ['--input-type=module', '--eval', `await import(${JSON.stringify(STATION)}); process.exit(0)`]
  await promisify(execFile)(process.execPath, [...preloads, ...load])
}, 60_000)
