/** `npm run desktop -- [--storage DIR] [--no-updates] [pearcast://…]`: the app from this clone. The first time it downloads Electron. */
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { join } from 'node:path'

const APP = join(import.meta.dirname, '..')
const NX = join(APP, '..', '..', 'node_modules', 'nx', 'dist', 'bin', 'nx.js')

const { status } = spawnSync(process.execPath, [NX, 'run', 'desktop-pear:build'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
if (status !== 0) process.exit(status ?? 1)
let program: string
try {
  // The package's own code downloads the binary when it is not there, and returns where it is.
  program = createRequire(import.meta.url)('electron')
} catch {
  console.error(
    'Electron could not be downloaded: is github.com reached from here? The page alone is "npm run ui".',
  )
  process.exit(1)
}
const child = spawn(program, [join(APP, 'dist', 'app'), ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
process.on('disconnect', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) =>
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
)
