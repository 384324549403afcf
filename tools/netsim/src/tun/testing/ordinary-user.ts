import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { skipWithout } from './requirements.ts'

const SETPRIV = 'setpriv'

/** A TUN node that every user may open, for the length of a test. @returns its path */
export function deviceForAll(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'netsim-'))
  context.onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const device = join(folder, 'tun')
  const made = spawnSync('mknod', [device, 'c', '10', '200'], { encoding: 'utf8' })
  skipWithout(context, made.status === 0 ? undefined : `mknod: ${made.stderr}`)
  chmodSync(device, 0o666)
  chmodSync(folder, 0o755)
  return device
}

/**
 * The command before a command that runs it as nobody; or, if the checkout is closed to others, root without its capabilities but the one that a user namespace
 * needs to have a root of the same number (user_namespaces(7)).
 */
export function ordinaryUser(program: string): string[] {
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--']
  const canRead = spawnSync(SETPRIV, [...nobody, 'test', '-r', program, '-a', '-x', process.execPath])
  if (canRead.status === 0) return [SETPRIV, ...nobody]
  return [SETPRIV, '--bounding-set', '-all,+setfcap', '--inh-caps', '-all', '--']
}
