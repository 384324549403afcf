// Installs what is missing or stale, and says what it does. `npm start` and `npm test` call it first.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run, seconds } from './lib.mjs'

const STAMP = join(ROOT, 'node_modules', '.pearcast-setup')
const say = (text) => console.error(`[setup] ${text}`)

/** Brings node_modules in line with package-lock.json. Quick when it already is. */
export async function setup() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(`Node ${process.versions.node} is too old: pearCast needs Node 20 or newer (https://nodejs.org).`)
    process.exit(1)
  }
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  await install()
  writeFileSync(STAMP, wanted)
}

/** The lockfile and the platform: a folder copied to another system is stale. */
function fingerprint() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'))
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex')
}

async function install() {
  const started = Date.now()
  const npm = npmCommand()
  const version = (
    await run(npm[0], [...npm.slice(1), '--version'], { capture: true, env: process.env })
  ).output.trim()
  const major = Number(version.split('\n').at(-1)?.split('.')[0])
  if (!(major >= 10)) {
    say(`npm 10 or newer is needed, this is ${version || 'none'}: install one with "npm install -g npm@11".`)
    process.exit(1)
  }
  const how = major >= 11 ? ['ci'] : ['exec', '--yes', '--package=npm@11', '--', 'npm', 'ci']
  say(
    `installing the packages of package-lock.json (npm ${major >= 11 ? version : `${version}, through npm 11`}) ...`,
  )
  const { code } = await run(npm[0], [...npm.slice(1), ...how, '--loglevel=error'], { env: process.env })
  if (code !== 0) {
    say('npm could not install the packages: see its message above, then run the same command again.')
    process.exit(1)
  }
  say(`ready in ${seconds(started)}`)
}

/** npm's own entry when npm runs us (works on every system without a shell), else the one on the PATH. */
function npmCommand() {
  const entry = process.env.npm_execpath
  return entry?.endsWith('.js') ? [process.execPath, entry] : ['npm']
}

/**
 * Debian packages that tests use beyond npm. Installed only under CI=true; elsewhere the command is printed.
 * @param {Record<string, string>} commands a command that must exist (`a|b`: one of them) -> the package that has it
 */
export async function debianPackages(commands) {
  const missing = []
  for (const [command, name] of Object.entries(commands)) {
    const found = await Promise.all(command.split('|').map((each) => run('which', [each], { capture: true })))
    if (found.every(({ code }) => code !== 0)) missing.push(name)
  }
  if (missing.length === 0) return
  const hint = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.env.CI !== 'true') {
    say(`some tests will say SKIP without: ${missing.join(', ')}. To have them: ${hint}`)
    return
  }
  say(hint)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env, capture: true })
  const { code, output } = await run('apt-get', hint.split(' ').slice(1), { env, capture: true })
  if (code !== 0) {
    console.error(output)
    process.exit(1)
  }
}
