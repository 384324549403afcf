import { execFileSync } from 'node:child_process'

/** Of the sources that run; `unknown` outside of a clone. */
export function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: import.meta.dirname,
    }).trim()
  } catch {
    return 'unknown'
  }
}
