import { spawnSync } from 'node:child_process'

/** Runs npm to its end, the one that runs us where there is one. @returns what it printed. @throws Error with its words */
export function npm(args: readonly string[], cwd: string): string {
  // Its entry needs no shell on any system; through `npx` it is named as npx's, which lies beside it.
  const entry = process.env['npm_execpath']?.replace(/npx-cli\.js$/, 'npm-cli.js')
  const [command, ...first] = entry?.endsWith('.js') ? [process.execPath, entry] : ['npm']
  const { error, status, stderr, stdout } = spawnSync(command ?? 'npm', [...first, ...args], {
    cwd,
    encoding: 'utf8',
    // npm is a batch file there, and those start through a shell only.
    shell: process.platform === 'win32' && command === 'npm',
  })
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${error?.message ?? stderr}`)
  return stdout
}
