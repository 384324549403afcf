import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { NetsimError } from '../errors.ts'

/** Who plays into a folder; removed when the run has ended. */
const MARK = '.running'
const TEMPORARY = 'pearcast-netsim-'
/** In the folder of a play: keys, recordings and packets, which are of use only while it plays. */
export const SCRATCH = 'scratch'
/** Of one that made its folder and did not come to mark it. */
const UNMARKED_MS = 60_000

/*
 * Removes what is of use to nobody when the run ends without a word: killed, crashed, or interrupted twice. A shell in
 * a session of its own whose standard input ends with the run. It looks for three seconds, as the programs that write
 * there are being ended meanwhile, by the wardens of their labs; in a report only until another run plays into it.
 *
 *   sweeper temporary|report FOLDER MARK
 */
const SWEEPER = `
trap '' INT TERM HUP
read -r word
[ "$word" = closed ] && exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  if [ "$1" = temporary ]; then
    rm -rf -- "$2"
  else
    [ "$(cat "$2/${MARK}")" = "$3" ] || exit
    rm -rf -- "$2"/*/${SCRATCH}
  fi
  sleep 0.3
done
[ "$1" = temporary ] || rm -f -- "$2/${MARK}"
`

/** The folder of a run. Should its sweeper be killed together with the run, the next run removes what is left. */
export class RunFolder {
  readonly path: string
  readonly #isTemporary: boolean
  readonly #sweeper: ChildProcess

  private constructor(path: string, isTemporary: boolean, mark: string) {
    this.path = path
    this.#isTemporary = isTemporary
    const args = ['-c', SWEEPER, 'sweeper', isTemporary ? 'temporary' : 'report', path, mark]
    this.#sweeper = spawn('/bin/sh', args, { detached: true, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] })
    // Somebody killed it, or there is no shell: then there is nothing to tell it.
    this.#sweeper.on('error', () => undefined)
    this.#sweeper.stdin?.on('error', () => undefined)
    this.#sweeper.unref()
  }

  /** Without a name it is a temporary one. Rejects with `FOLDER_UNUSABLE`. */
  static async open(name?: string): Promise<RunFolder> {
    await sweepTemporary()
    const isTemporary = name === undefined
    const path = isTemporary ? await mkdtemp(join(tmpdir(), TEMPORARY)) : resolve(name)
    const mark = `${process.pid} ${startOf(process.pid)} ${processNamespace()}`
    try {
      await mkdir(path, { recursive: true })
      if (await isAbandoned(path)) await sweepPlays(path)
      await writeFile(join(path, MARK), `${mark}\n`)
    } catch (error) {
      throw NetsimError.folderUnusable(path, error)
    }
    return new RunFolder(path, isTemporary, mark)
  }

  /** The run has ended. A temporary folder is removed, unless it has something to show. */
  async close(keep: boolean): Promise<void> {
    if (this.#isTemporary && !keep) await rm(this.path, { recursive: true, force: true, maxRetries: 3 })
    else await rm(join(this.path, MARK), { force: true })
    this.#sweeper.stdin?.end('closed\n')
  }
}

/** What runs have left in the folder for temporary files that were killed together with their sweepers. */
async function sweepTemporary(): Promise<void> {
  const names = await readdir(tmpdir())
  for (const name of names.filter((each) => each.startsWith(TEMPORARY))) {
    const path = join(tmpdir(), name)
    // Another user's, or one that another run removes as well.
    if (await isAbandoned(path).catch(() => false))
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}

/** What a run has left in a report that it did not end. */
async function sweepPlays(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true })
  for (const { name } of entries.filter((entry) => entry.isDirectory()))
    await rm(join(path, name, SCRATCH), { recursive: true, force: true, maxRetries: 3 })
}

/** Whether the run that plays into it does not live any more. */
async function isAbandoned(path: string): Promise<boolean> {
  const mark = await readFile(join(path, MARK), 'utf8').catch(() => undefined)
  if (mark === undefined) {
    const isEmpty = (await readdir(path)).length === 0
    return isEmpty && Date.now() - (await stat(path)).mtimeMs > UNMARKED_MS
  }
  const [pid, start, namespace] = mark.trim().split(' ')
  return namespace === processNamespace() && startOf(Number(pid)) !== start
}

/** In another one, a container's, its number says nothing. */
function processNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}

/** When a process began, in ticks since the system did: another one may have got its number. Empty when there is none. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc_pid_stat(5): the second field is in brackets and may contain anything, the 22nd is the start.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
