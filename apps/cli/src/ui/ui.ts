import { Engine, EngineError, EngineHost } from '@pearcast/engine'
import { EXIT } from '../exit-codes.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import { openBrowser } from './open-browser.ts'
import { pageFolder } from './page-folder.ts'
import type { UiOptions } from './ui-options.ts'

/** Usually the same, so that the browser remembers that the page may use the microphone. PEAR on a telephone. */
const USUAL_PORT = 7327

/** `pearcast ui`: the page on this computer until someone asks to stop. @returns the exit code */
export async function ui(options: UiOptions, session: Session): Promise<number> {
  const { mainFile, output, stop } = session
  const { folder } = await openStore()
  const engine = await Engine.open({ folder, path: options.path, ...bootstrapOf(options) })
  let host: EngineHost | undefined
  try {
    host = await openHost(engine, pageFolder(mainFile), options.port)
    await show(host, options, session)
    const unfollow = onEnter(() => host && void show(host, options, session))
    await stop.requested()
    unfollow()
  } finally {
    await engine.close()
    await host?.close()
  }
  output.event({ event: 'ended', reason: 'stopped' })
  return EXIT.ok
}

async function openHost(engine: Engine, folder: string, port: number | undefined): Promise<EngineHost> {
  if (port !== undefined) return EngineHost.open({ engine, folder, port })
  try {
    return await EngineHost.open({ engine, folder, port: USUAL_PORT })
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'PORT_TAKEN')) throw error
    return EngineHost.open({ engine, folder })
  }
}

async function show(host: EngineHost, { open }: UiOptions, { output }: Session): Promise<void> {
  const url = host.issueUrl()
  output.event({ event: 'ui-ready', url })
  const { bold, cyan, dim } = output.colors
  output.line('info', `pearCast is at\n\n  ${bold(cyan(url))}\n`)
  output.line('info', dim('The address is good for one page; Enter makes another one, Ctrl-C ends.'))
  if (open && !(await openBrowser(url)))
    output.line('warn', 'No browser could be opened here: open the address above in one.')
}

function onEnter(call: () => void): () => void {
  if (!process.stdin.isTTY) return () => {}
  process.stdin.on('data', call)
  return () => {
    process.stdin.off('data', call)
    process.stdin.pause()
  }
}
