import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type TestContext } from 'vitest'
import { Program, type ProgramEvent } from './run/program.ts'
import { Stage } from './run/stage.ts'
import { behind } from './scenarios/places.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { requireTun } from './tun/testing/requirements.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CLI = join(ROOT, 'apps', 'cli', 'src', 'main.ts')

type Machine = 'relay-1' | 'broadcaster' | 'listener'

/** Only the relay can be reached; two such NATs never meet without one. */
const machines: Scenario = {
  name: 'the story of the README',
  group: 'relay',
  broadcaster: behind('symmetric-random'),
  listener: behind('symmetric-random'),
  relays: [{ id: 'relay-1', place: behind('public') }],
  listenMs: 10_000,
  expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: 1000 },
}

/** The commands of the block that names a relay, without `npx pearcast`. */
function storyOf(readme: string): string[][] {
  const block = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text ?? '')
  const story = block.find((text) => text.includes('--via KEY')) ?? ''
  const lines = story.split('\n').filter((line) => line.startsWith('npx pearcast '))
  return lines.map((line) => line.split(' ').slice(2))
}

/** What it said; throws what it said instead. */
async function told(program: Program, event: string, withinMs: number): Promise<ProgramEvent> {
  const found = await program.until(event, withinMs)
  if (found === undefined) throw new Error(`no ${event} within ${withinMs} ms: ${program.describe()}`)
  return found
}

test('a relay, a broadcaster that nobody can reach, and a listener: as the README tells it', async (context) => {
  requireTun(context)
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-story-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const commands = storyOf(readFileSync(join(ROOT, 'README.md'), 'utf8'))
  expect(commands.map(([command]) => command)).toEqual(['relay', 'broadcast', 'listen'])
  const [relayCommand = [], broadcastCommand = [], listenCommand = []] = commands
  const stage = await Stage.open(machines, { seed: 1, folder })
  context.onTestFinished(() => stage.close())

  const run = (machine: Machine, words: readonly string[], cwd = ROOT): Program =>
    start({ context, stage, folder, machine, words, cwd })
  const relay = run('relay-1', relayCommand)
  const { key } = await told(relay, 'relay-ready', 30_000)
  const broadcaster = run('broadcaster', filledIn(broadcastCommand, 'KEY', key))
  const { link } = await told(broadcaster, 'on-air', 30_000)
  await told(relay, 'relaying', 60_000)
  const listener = run('listener', filledIn(listenCommand, 'pearcast://…', link), folder)
  expect(await told(listener, 'first-audio', 60_000)).toMatchObject({ path: 'relayed', via: 'relay' })
  expect(await listener.exited, listener.describe()).toBe(0)

  expect(listener.last('ended')).toMatchObject({ path: 'relayed', relayHops: 1, framesDuplicate: 0 })
  // How well is what scenarios measure, on a machine that does nothing else.
  const said = listener.events.map((event) => JSON.stringify(event)).join('\n')
  expect(Number(listener.last('ended')?.['framesPlayed']), said).toBeGreaterThan(50)
  expect(statSync(join(folder, 'heard.wav')).size).toBeGreaterThan(192_000)
  expect(broadcaster.of('listener-joined')).toHaveLength(1)
  expect(stage.lab.escapes).toBe(0)
}, 240_000)

function filledIn(words: readonly string[], placeholder: string, value: unknown): string[] {
  expect(words).toContain(placeholder)
  return words.map((word) => (word === placeholder ? String(value) : word))
}

interface Start {
  context: TestContext
  stage: Stage
  folder: string
  machine: Machine
  words: readonly string[]
  cwd: string
}

/** The real command in the namespace of its machine, with keys of its own; what else it is given is where the DHT is. */
function start({ context, cwd, folder, machine, stage, words }: Start): Program {
  const env = {
    ...process.env,
    PEARCAST_HOME: join(folder, `${machine}-home`),
    PEARCAST_BOOTSTRAP: stage.bootstrap,
    NO_COLOR: '1',
  }
  const args = [CLI, ...words, '--json']
  const child = stage.lab.spawn(machine, process.execPath, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const program = new Program(machine, child, join(folder, machine))
  context.onTestFinished(() => program.stop())
  return program
}
