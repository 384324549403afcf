import { constants } from 'node:os'
import process from 'node:process'
import { isatty } from 'node:tty'
import type { StopSignal } from './session.ts'
import type { Output } from './terminal/output.ts'

const STANDARD_STREAMS = [0, 1, 2]

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/** A clean end closes sockets and tells peers; this long is plenty for that. */
const LEAVE_MS = 8_000

/**
 * The first signal asks for a clean end, the second one forces it. The parent's end is a signal too where there is an
 * IPC channel (a child of the demo never outlives it), and so is the end of whoever reads stdout.
 *
 * @returns a function that stops following
 */
export function followSignals(stop: StopSignal, output: Output): () => void {
  const terminals = STANDARD_STREAMS.filter((fd) => isatty(fd))
  /** The window was closed, or the line to it was cut: then SIGHUP means what its name says. */
  const isTerminalGone = (): boolean => terminals.some((fd) => !isatty(fd))
  let isEchoAwaited = false
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    if (isEchoAwaited) {
      isEchoAwaited = false
      return
    }
    if (signal === 'SIGHUP' && !isTerminalGone() && stop.hangUp()) return
    if (stop.cause !== undefined) process.exit(128 + (constants.signals[signal] ?? 0))
    if (signal === 'SIGINT') output.line('info', 'Leaving; Ctrl-C again leaves at once.')
    stop.request(signal)
  }
  const onDisconnect = (): void => {
    // What ended the parent may have gone to the whole process group: then it is no second request.
    isEchoAwaited = stop.cause === undefined
    stop.request('disconnect')
  }
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') stop.request('output-closed')
    // Who writes audio there tells what else goes wrong with it.
    else if (process.stdout.listenerCount('error') === 1) throw error
  }
  const handlers = SIGNALS.map((signal) => [signal, () => onSignal(signal)] as const)
  for (const [signal, handle] of handlers) process.on(signal, handle)
  if (process.connected) process.once('disconnect', onDisconnect)
  // The parent went while we were loaded.
  else if (process.send !== undefined) onDisconnect()
  // The listener must not keep the process alive.
  process.channel?.unref()
  process.stdout.on('error', onOutputError)
  const unwatch = stop.onRequest(() => {
    setTimeout(() => {
      output.line('warn', `Leaving took more than ${LEAVE_MS / 1000} s; stopped without waiting.`)
      process.exit(1)
    }, LEAVE_MS).unref()
  })
  return () => {
    unwatch()
    for (const [signal, handle] of handlers) process.off(signal, handle)
    process.off('disconnect', onDisconnect)
  }
}
