import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { startPrivateDht } from '@pearcast/swarm'
import { cpuUs, rssKiB } from '../figures/proc-stat.ts'
import { installedSize } from '../figures/installed-size.ts'
import { tellMissing } from '../figures/missing.ts'
import { percentile, row, round, type Row } from '../figures/row.ts'
import { bootstrapOf, PEARCAST, ROOT, startPearcast, startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pause, pinSelf, SENDER_CORE } from '../process/pinned.ts'

/** What the program costs without an audience: time to start, CPU and memory of both roles, bytes to install and to load. */
export async function footprint(runs: number, seconds: number): Promise<Row[]> {
  pinSelf()
  const rows = [
    start('start: --version', ['--version'], runs),
    start('start: listen --help', ['listen', '--help'], runs),
  ]
  const dht = await startPrivateDht()
  const station = await startStation(dht)
  await station.program.until('stats')
  rows.push(await idle('broadcaster without listeners', station.program.pid, seconds))
  for (const path of ['swarm', 'auto'] as const) {
    const args = ['listen', station.link, '--output', 'null', '--path', path, ...bootstrapOf(dht)]
    const listener = startPearcast(path === 'swarm' ? OTHERS_CORE : SENDER_CORE, args)
    await listener.until('first-audio')
    rows.push(await idle(`listener, path ${path}`, listener.pid, seconds))
    await listener.close()
  }
  await Promise.all([station.program.close(), dht.close()])
  return rows
}

function start(path: string, args: readonly string[], runs: number): Row {
  const tookMs = Array.from({ length: runs }, () => {
    const sinceMs = performance.now()
    spawnSync(process.execPath, [PEARCAST, ...args], { stdio: 'ignore' })
    return performance.now() - sinceMs
  })
  return row('footprint', path, runs, {
    msP50: Math.round(percentile(tookMs, 0.5)),
    msMin: Math.round(Math.min(...tookMs)),
  })
}

async function idle(path: string, pid: number, seconds: number): Promise<Row> {
  await pause(2000)
  const beforeUs = cpuUs(pid)
  await pause(seconds * 1000)
  const cpuPercent = round((cpuUs(pid) - beforeUs) / seconds / 1e4, 1)
  return row('footprint', path, 1, { cpuPercent, rssMiB: round(rssKiB(pid) / 1024, 1) })
}

/** Of what has been built: `nx run cli:pack` and `nx run ui:size` make it. */
export function sizes(): Row[] {
  const packed = globSync(join(ROOT, 'apps', 'cli', 'dist', '*.tgz')).map((file) => statSync(file).size)
  const page = globSync(join(ROOT, 'libs', 'ui', 'dist', '**', '*.{js,css,html,wasm}'))
  const gzipped = page.map((file) => gzipSync(readFileSync(file)).length)
  const kib = (bytes: readonly number[]): number =>
    round(bytes.reduce((sum, each) => sum + each, 0) / 1024, 1)
  const rows: Row[] = []
  if (packed.length > 0) {
    const { bytes, packages } = installedSize(join(ROOT, 'apps', 'cli', 'dist', 'package'))
    rows.push(row('footprint', 'package of the program', 1, { kib: kib(packed) }))
    rows.push(row('footprint', 'the same, installed with its dependencies', packages, { kib: kib([bytes]) }))
  } else {
    tellMissing('package of the program', '`nx run cli:pack` makes it')
  }
  if (page.length > 0) rows.push(row('footprint', 'page, gzipped', page.length, { kib: kib(gzipped) }))
  else tellMissing('page', '`nx run ui:size` makes it')
  return rows
}
