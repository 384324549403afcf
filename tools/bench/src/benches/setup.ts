import { spawnSync } from 'node:child_process'
import type { Row } from '../figures/row.ts'

const PACKAGES = ['icecast2', 'janus', 'coturn', 'ffmpeg']

/** Installs what the fan-out is compared with, from Debian. None of it is started, now or at boot. */
export async function setup(): Promise<Row[]> {
  const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...PACKAGES]
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '--preserve-env=RUNLEVEL,DEBIAN_FRONTEND']
  const [program = '', ...args] = [...sudo, ...command]
  console.log(`$ ${[program, ...args].join(' ')}`)
  // invoke-rc.d starts no service in runlevel 1.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' }
  const { error, status } = spawnSync(program, args, { env, stdio: 'inherit' })
  if (error !== undefined || status !== 0) {
    console.error(`Not installed. Without them, the rows of icecast, janus and coturn are missing.`)
    process.exitCode = 1
  }
  return []
}
