import process from 'node:process'
import { Engine, EngineError, EngineHost, type EngineHostOptions } from '@pearcast/engine'
import { EXIT } from '../exit-codes.ts'
import { recordingsFolder } from '../folders.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import type { FromEngineProcess, ToEngine } from './engine-messages.ts'
import { openBrowser } from './open-browser.ts'
import { pageFolder } from './page-folder.ts'
import type { UiOptions } from './ui-options.ts'

/** Usually the same, so that the browser remembers that the page may use the microphone. PEAR on a telephone. */
const USUAL_PORT = 7327

type Start = Extract<ToEngine, { type: 'start' }>

/** The process behind the page. @returns the exit code */
export async function runEngine(options: UiOptions, session: Session): Promise<number> {
  const { mainFile, stop } = session
  const start = await started(session)
  if (start === undefined) return EXIT.ok
  const { folder } = await openStore()
  const recordings = await recordingsFolder()
  const engine = await Engine.open({ folder, recordings, path: options.path, ...bootstrapOf(options) })
  let host: EngineHost | undefined
  try {
    host = await openHost(start, { engine, folder: pageFolder(mainFile) })
    const { port, url } = addressOf(host)
    tell({ type: 'ready', port })
    if (!start.isAgain) await show(url, options, session)
    process.on('message', (message: ToEngine) => {
      if (message.type === 'issue-url' && host !== undefined) void show(addressOf(host).url, options, session)
    })
    await stop.requested()
  } finally {
    await engine.close()
    await host?.close()
  }
  return EXIT.ok
}

/** What the process that looks after this one says first; undefined when it ends instead. */
function started({ stop }: Session): Promise<Start | undefined> {
  return new Promise((resolve) => {
    process.channel?.ref()
    process.once('message', (message: ToEngine) => {
      process.channel?.unref()
      resolve(message.type === 'start' ? message : undefined)
    })
    void stop.requested().then(() => resolve(undefined))
  })
}

async function openHost(
  { isAgain, port, sessions }: Start,
  { engine, folder }: Pick<EngineHostOptions, 'engine' | 'folder'>,
): Promise<EngineHost> {
  const onSessions = (hashes: readonly string[]): void => tell({ type: 'sessions', sessions: hashes })
  const host = { engine, folder, sessions, onSessions }
  if (port !== undefined || isAgain) return EngineHost.open({ ...host, port })
  try {
    return await EngineHost.open({ ...host, port: USUAL_PORT })
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'PORT_TAKEN')) throw error
    return EngineHost.open(host)
  }
}

function addressOf(host: EngineHost): { url: string; port: number } {
  const url = host.issueUrl()
  return { url, port: Number(new URL(url).port) }
}

function tell(message: FromEngineProcess): void {
  // Who looks after us may be gone: then our end is near as well.
  process.send?.(message, undefined, undefined, () => {})
}

async function show(url: string, { open }: UiOptions, { output }: Session): Promise<void> {
  output.event({ event: 'ui-ready', url })
  const { bold, cyan, dim } = output.colors
  output.line('info', `pearCast is at\n\n  ${bold(cyan(url))}\n`)
  output.line('info', dim('The address is good for one page; Enter makes another one, Ctrl-C ends.'))
  if (open && !(await openBrowser(url)))
    output.line('warn', 'No browser could be opened here: open the address above in one.')
}
