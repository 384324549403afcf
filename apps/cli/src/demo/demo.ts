import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { flushCompileCache } from 'node:module'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { formatAddress, startPrivateDht } from '@pearcast/swarm'
import { CliError } from '../errors.ts'
import type { Leg, LegResult } from '../events.ts'
import { EXIT } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { DemoScreen } from './demo-screen.ts'
import { runLeg } from './leg.ts'
import { HeardLeg } from './leg-result.ts'
import { measureRecording, readSource } from './measure.ts'
import { sampleFile } from './sample.ts'
import { resultTable } from './table.ts'
import { busyHint, faultsOf } from './verdict.ts'
import type { DemoOptions } from './demo-options.ts'

const DHT_NODES = 4
/** The listener hears the source from its first frames on; so much more of it is read than is played. */
const SOURCE_MARGIN_S = 15

/** `pearcast demo`: every leg heard, measured and judged. @returns the exit code; throws what made it impossible */
export async function demo(
  file: string | undefined,
  options: DemoOptions,
  session: Session,
): Promise<number> {
  if (options.isBootstrapChosen) {
    throw CliError.usage('demo starts a private DHT of its own: leave --bootstrap out')
  }
  const { output } = session
  const input = file ?? sampleFile(session.mainFile)
  output.event({ event: 'phase', phase: 'preparing' })
  output.line('info', `Reading ${basename(input)} …`)
  const source = await readSource(input, options.duration + SOURCE_MARGIN_S)
  const keep = await recordingsFolder(options.keep)
  output.event({ event: 'phase', phase: 'dht' })
  output.line('info', `Starting a private DHT of ${DHT_NODES} nodes …`)
  const network = await startPrivateDht({ nodes: DHT_NODES })
  // The two processes find compiled what this one has loaded.
  flushCompileCache()
  const scratch = await mkdtemp(join(tmpdir(), 'pearcast-demo-keys-'))
  try {
    const bootstrap = network.bootstrap.map(formatAddress).join(',')
    const legs: LegResult[] = []
    for (const leg of options.isPathChosen ? [options.path] : (['swarm', 'auto'] as const)) {
      const plan = {
        leg,
        rtc: options.rtc,
        input,
        bootstrap,
        folder: scratch,
        recording: join(keep, `${leg}.wav`),
      }
      const result = await playLeg({ ...plan, durationS: options.duration }, source, session)
      if (session.stop.cause !== undefined) return EXIT.ok
      legs.push(result)
    }
    return conclude(legs, keep, session)
  } finally {
    await network.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

interface LegSetting {
  leg: Leg
  rtc: DemoOptions['rtc']
  input: string
  durationS: number
  bootstrap: string
  folder: string
  recording: string
}

async function playLeg(setting: LegSetting, source: Float32Array, session: Session): Promise<LegResult> {
  const { output, stop, mainFile } = session
  const { leg, recording, durationS } = setting
  const screen = new DemoScreen(output, leg, durationS)
  const heard = new HeardLeg()
  const phase = (name: 'on-air' | 'connecting' | 'playing' | 'measuring', words: string): void => {
    output.event({ event: 'phase', phase: name, leg })
    if (!output.isLive) output.line('info', `${leg}: ${words}`)
  }
  screen.open()
  try {
    await runLeg(
      {
        ...setting,
        mainFile,
        onPhase: (name) =>
          phase(name, name === 'connecting' ? 'connecting a listener …' : `playing ${durationS} s …`),
        onBroadcast: (event) => {
          screen.takeBroadcast(event)
          if (event.event === 'on-air') phase('on-air', `on air as ${event.link}`)
        },
        onListen: (event) => {
          screen.takeListen(event)
          heard.take(event)
        },
      },
      stop.requested(),
    )
  } catch (error) {
    // Ctrl-C reaches the children as well: their leaving is then no failure.
    if (stop.cause === undefined) throw error
  } finally {
    screen.close()
  }
  if (stop.cause !== undefined || !heard.wasHeard) return heard.result(leg, undefined, recording)
  phase('measuring', 'comparing the recording with the source …')
  return heard.result(leg, await measureRecording(recording, source), recording)
}

/** The table, the verdict in one line, and the last line of --json. */
function conclude(legs: LegResult[], folder: string, { output }: Session): number {
  output.line('info', '')
  for (const line of resultTable(legs, output.colors)) output.line('info', line)
  output.line('info', '')
  const faults = faultsOf(legs)
  const where = `recordings: ${folder}`
  if (faults.length === 0) {
    const who = legs.length === 2 ? 'Both legs' : 'The leg'
    output.line('info', `${output.colors.green(`${who} heard the station whole`)}; ${where}`)
  } else {
    const hint = busyHint(loadavg()[0] ?? 0, availableParallelism())
    const error = CliError.demoFailed(`${faults.join('; ')}${hint}; ${where}`)
    output.event({ event: 'error', code: error.code, message: error.message })
    output.line('error', error.message)
  }
  output.event({ event: 'result', legs })
  return faults.length === 0 ? EXIT.ok : EXIT.demoFailed
}

async function recordingsFolder(chosen: string | undefined): Promise<string> {
  if (chosen === undefined) return mkdtemp(join(tmpdir(), 'pearcast-demo-'))
  const folder = resolve(chosen)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw CliError.recordingsFolder(folder, error)
  })
  // An earlier demo's, or somebody's music.
  const existing = ['swarm.wav', 'webrtc.wav', 'auto.wav'].find((name) => existsSync(join(folder, name)))
  if (existing !== undefined) throw CliError.fileExists(join(folder, existing))
  return folder
}
