import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Run this program again, with the same arguments, as root of a user namespace and of a network namespace in it
 * (without the second it could not come home from its hosts). A process cannot enter one once it has threads, so it
 * takes another process; that one ends with this one, however this one ends. Resolves with its exit code, for
 * `process.exit`.
 *
 * The second run has no network but the lab, not even a loopback.
 */
export function enterUserNamespace(): Promise<number> {
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn(
    'unshare',
    ['--user', '--map-root-user', '--net', '--', 'setpriv', '--pdeathsig', 'KILL', '--', ...program],
    { stdio: 'inherit' },
  )
  // A terminal's Ctrl-C reaches the child by itself; this one stays to tell its exit code.
  const ignore = (): void => undefined
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  process.on('SIGINT', ignore)
  process.on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', forward)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
