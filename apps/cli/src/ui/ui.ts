import type { Session } from '../session.ts'
import type { UiOptions } from './ui-options.ts'

/** `pearcast ui`: the page on this computer until someone asks to stop. @returns the exit code */
export async function ui(options: UiOptions, session: Session): Promise<number> {
  if (options.engine === true) {
    const { runEngine } = await import('./run-engine.ts')
    return runEngine(options, session)
  }
  const { superviseEngine } = await import('./supervise-engine.ts')
  return superviseEngine(options, session)
}
