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

/**
 * The folder of a run. Should the run be killed, the lab's wardens remove what is of use to nobody; should they be
 * killed as well, the next run does.
 */
export class RunFolder {
  readonly path: string
  readonly #isTemporary: boolean

  private constructor(path: string, isTemporary: boolean) {
    this.path = path
    this.#isTemporary = isTemporary
  }

  /** Without a name it is a temporary one. Rejects with `FOLDER_UNUSABLE`. */
  static async open(name?: string): Promise<RunFolder> {
    await sweepTemporary()
    const isTemporary = name === undefined
    const path = isTemporary ? await mkdtemp(join(tmpdir(), TEMPORARY)) : resolve(name)
    try {
      await mkdir(path, { recursive: true })
      if (await isAbandoned(path)) await sweepPlays(path)
      await writeFile(join(path, MARK), `${process.pid} ${startOf(process.pid)} ${processNamespace()}\n`)
    } catch (error) {
      throw NetsimError.folderUnusable(path, error)
    }
    return new RunFolder(path, isTemporary)
  }

  /** What is removed with a run that is killed, besides the scratch folders of its plays. */
  get abandoned(): string[] {
    return [this.#isTemporary ? this.path : join(this.path, MARK)]
  }

  /** The run has ended. A temporary folder is removed, unless it has something to show. */
  async close(keep: boolean): Promise<void> {
    if (this.#isTemporary && !keep) await rm(this.path, { recursive: true, force: true, maxRetries: 3 })
    else await rm(join(this.path, MARK), { force: true })
  }
}

/** What runs have left in the folder for temporary files that were killed together with their wardens. */
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
