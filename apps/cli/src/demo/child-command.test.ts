import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ListenEvent } from '@pearcast/station'
import { ChildCommand, type TimedEvent } from './child-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-child-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let programs = 0

function start(program: string): { child: ChildCommand<ListenEvent>; events: TimedEvent<ListenEvent>[] } {
  const mainFile = join(folder, `program-${programs++}.mjs`)
  writeFileSync(mainFile, program)
  const events: TimedEvent<ListenEvent>[] = []
  const child = new ChildCommand<ListenEvent>({
    name: 'listen',
    args: ['pearcast://x'],
    mainFile,
    env: { PEARCAST_HOME: folder },
    onEvent: (event) => events.push(event),
  })
  return { child, events }
}

test('its events arrive in order, all of them before its end', async () => {
  const { child, events } = start(`
    for (let t = 0; t < 500; t++) console.log(JSON.stringify({ event: 'searching', t }))
    process.disconnect()
  `)
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(events.map(({ t }) => t)).toEqual(Array.from({ length: 500 }, (_, t) => t))
})

test('it is the same command with --json and a home of its own', async () => {
  const { child, events } = start(`
    const message = [...process.argv.slice(2), process.env.PEARCAST_HOME].join(' ')
    console.log(JSON.stringify({ event: 'error', t: 1, code: 'X', message }))
    process.disconnect()
  `)
  await child.exited
  expect(events).toEqual([
    { event: 'error', t: 1, code: 'X', message: `listen --json pearcast://x ${folder}` },
  ])
})

test('its last error is what a failure tells', async () => {
  const { child } = start(`
    console.log(JSON.stringify({ event: 'error', t: 1, code: 'NO_UDP', message: 'No answer over UDP.' }))
    process.exit(4)
  `)
  const failure = child.failure(await child.exited)
  expect(failure.message).toBe('The listen process ended with exit code 4: No answer over UDP.')
  expect(failure.exitCode).toBe(4)
})

test('without an error event its last words are told', async () => {
  const { child } = start(`process.stderr.write('out of memory\\n'); process.kill(process.pid, 'SIGKILL')`)
  await expect(child.died()).rejects.toThrow('The listen process was killed by SIGKILL: out of memory')
})

test('it leaves when asked to', async () => {
  const { child } = start(`process.once('disconnect', () => process.exit(0)); setInterval(() => {}, 1000)`)
  expect(await child.stop()).toEqual({ code: 0, signal: null })
})

test('a program that is not there is a failure like any other', async () => {
  const child = new ChildCommand<ListenEvent>({
    name: 'listen',
    args: [],
    mainFile: join(folder, 'nowhere.mjs'),
    env: {},
    onEvent: () => {},
  })
  await expect(child.died()).rejects.toThrow(/The listen process ended with exit code 1: .*nowhere/)
})
