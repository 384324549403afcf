import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { EngineProcess, type EngineExit } from './engine-process.ts'
import type { UiOptions } from './ui-options.ts'

/** What dies so often is broken, not unlucky. */
const MAX_DEATHS = 5
const WITHIN_MS = 60_000
const PAUSE_MS = 300

/**
 * Runs the engine in a process of its own, and another one when it dies, whatever it died of: at the same address, for the
 * pages that are open. They ask it again for what the last one did.
 */
export async function superviseEngine(options: UiOptions, session: Session): Promise<number> {
  const { mainFile, output, stop } = session
  let { port } = options
  let sessions: readonly string[] = []
  const deathsAtMs: number[] = []
  for (let isAgain = false; ; isAgain = true) {
    const engine = new EngineProcess(mainFile, { port, sessions, isAgain })
    output.event({ event: 'ui-engine', state: 'started', pid: engine.pid })
    const uncancel = stop.onRequest(() => engine.stop())
    const unfollow = onEnter(() => engine.issueUrl())
    const exit = await engine.exited
    uncancel()
    unfollow()
    if (stop.cause !== undefined) break
    // It has told why.
    if (engine.port === undefined && !isAgain) return exit.code ?? EXIT.unexpected
    port = engine.port ?? port
    sessions = engine.sessions
    deathsAtMs.push(performance.now())
    output.event({ event: 'ui-engine', state: 'lost', pid: engine.pid })
    output.line('warn', `The engine behind the page ended (${wordsOf(exit)}); starting another one.`)
    const [first = 0] = deathsAtMs.slice(-MAX_DEATHS)
    if (deathsAtMs.length >= MAX_DEATHS && performance.now() - first < WITHIN_MS)
      throw CliError.childDied('ui', `ended ${MAX_DEATHS} times within a minute (${wordsOf(exit)}).`)
    await delay(PAUSE_MS)
  }
  output.event({ event: 'ended', reason: 'stopped' })
  return EXIT.ok
}

function wordsOf({ code, signal }: EngineExit): string {
  return signal ?? `exit code ${code ?? 'unknown'}`
}

function onEnter(call: () => void): () => void {
  if (!process.stdin.isTTY) return () => {}
  process.stdin.on('data', call)
  return () => {
    process.stdin.off('data', call)
    process.stdin.pause()
  }
}
