import { open, readFile, rm, stat } from 'node:fs/promises'
import process from 'node:process'
import { MAX_EXPORT_BYTES, type IdentityStore, type StationIdentity } from '@pearcast/station'
import { toHex } from '@pearcast/protocol'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { openStore } from '../identity-store.ts'
import type { Session } from '../session.ts'
import { tellError } from '../tell-error.ts'
import { ask, canAsk } from '../terminal/ask.ts'
import { localMinute, padEnd, widthOf } from '../terminal/text.ts'
import { passphraseOf } from './passphrase.ts'
import type { StationCommandEvent } from './station-event.ts'
import type { StationOptions } from './station-options.ts'

const TERMINAL = { input: process.stdin, output: process.stderr }

export async function create(name: string, session: Session): Promise<number> {
  const store = await openStore()
  const identity = await store.create(name)
  return done(session, store, 'created', identity, `The station "${name}" is made. Its link:`)
}

export async function list({ output }: Session): Promise<number> {
  const store = await openStore()
  const names = await store.names()
  const width = Math.max(0, ...names.map(widthOf))
  let exitCode: number = EXIT.ok
  for (const name of names) {
    try {
      const info = infoOf(store, await store.load(name))
      output.event(info)
      output.result(`${padEnd(name, width)}  ${info.link}`)
    } catch (error) {
      // One damaged file must not hide the others.
      exitCode = tellError(error, output)
    }
  }
  if (names.length === 0)
    output.line(
      'info',
      'There is no station yet; "pearcast station create NAME" or the first broadcast makes one.',
    )
  return exitCode
}

export async function show(name: string, { output }: Session): Promise<number> {
  const store = await openStore()
  const info = infoOf(store, await store.load(name))
  output.event(info)
  const lastOnAir = info.lastOnAirS === 0 ? 'never' : localMinute(new Date(info.lastOnAirS * 1000))
  for (const [what, value] of [
    ['name', info.name],
    ['link', info.link],
    ['key', info.key],
    ['last went on air', lastOnAir],
    ['file', info.file],
  ] as const)
    output.result(`${padEnd(what, 18)}${value}`)
  return EXIT.ok
}

export async function rename(name: string, newName: string, session: Session): Promise<number> {
  const store = await openStore()
  const identity = await store.rename(name, newName)
  return done(session, store, 'renamed', identity, `"${name}" is now called "${newName}". Its link stays:`)
}

export async function exportStation(
  name: string,
  file: string,
  { passphraseFile }: StationOptions,
  session: Session,
): Promise<number> {
  const store = await openStore()
  const identity = await store.load(name)
  if (await exists(file)) throw CliError.fileExists(file)
  const passphrase = await askPassphrase(passphraseFile, true)
  await writeNew(file, await store.export(name, passphrase))
  const text = `The keys of "${name}" are in ${file}, sealed with the passphrase. Of the station:`
  return done(session, store, 'exported', identity, text)
}

export async function importStation(
  file: string,
  { name, passphraseFile }: StationOptions,
  session: Session,
): Promise<number> {
  const store = await openStore()
  const text = await readExport(file)
  const identity = await store.import(text, await askPassphrase(passphraseFile, false), name)
  return done(session, store, 'imported', identity, `The station "${identity.name}" is here. Its link:`)
}

export async function remove(name: string, { yes }: StationOptions, { output }: Session): Promise<number> {
  const store = await openStore()
  if (!(await exists(store.fileOf(name)))) await store.load(name)
  if (yes !== true) {
    if (!canAsk(TERMINAL)) throw CliError.usage('nobody can be asked here; say --yes to remove the station')
    const answer = await ask(
      `This deletes the keys of "${name}" for ever. Type its name to go on: `,
      TERMINAL,
    )
    if (answer.trim() !== name) throw CliError.cancelled()
  }
  await store.remove(name)
  output.event({ event: 'station-changed', action: 'removed', name, link: null })
  output.line('info', `The station "${name}" is removed.`)
  return EXIT.ok
}

type Action = Extract<StationCommandEvent, { event: 'station-changed' }>['action']

function done(
  { output }: Session,
  store: IdentityStore,
  action: Action,
  identity: StationIdentity,
  text: string,
): number {
  const link = store.link(identity)
  output.event({ event: 'station-changed', action, name: identity.name, link })
  output.line('info', text)
  output.result(link)
  return EXIT.ok
}

function infoOf(
  store: IdentityStore,
  identity: StationIdentity,
): Extract<StationCommandEvent, { event: 'station-info' }> {
  const { name, station, term } = identity
  return {
    event: 'station-info',
    name,
    link: store.link(identity),
    key: toHex(station.publicKey),
    // A term is the unix time of going on air, unless an earlier one was ahead of it.
    lastOnAirS: term,
    file: store.fileOf(name),
  }
}

function askPassphrase(file: string | undefined, isNew: boolean): Promise<string> {
  return passphraseOf({ file, isNew, env: process.env, terminal: TERMINAL })
}

/** Readable by its owner only, and whole or not at all. */
async function writeNew(file: string, text: string): Promise<void> {
  let handle
  try {
    handle = await open(file, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw CliError.fileExists(file)
    throw CliError.exportUnwritable(file, error)
  }
  try {
    await handle.writeFile(text)
    await handle.sync()
    await handle.close()
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(file, { force: true })
    throw CliError.exportUnwritable(file, error)
  }
}

async function readExport(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    // The library says what is wrong with a longer one; a film need not be read for that.
    return size > MAX_EXPORT_BYTES ? ' '.repeat(MAX_EXPORT_BYTES + 1) : await readFile(file, 'utf8')
  } catch (error) {
    throw CliError.fileUnreadable(file, error)
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}
