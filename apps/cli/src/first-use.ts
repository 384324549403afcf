import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Output } from './terminal/output.ts'
import { rate } from './terminal/text.ts'

type Notice = 'listen' | 'relay' | 'broadcast'

const FILE = 'told.json'

/**
 * What others learn of this computer, and what it does for them, said before the first time, to people only: a script
 * has the manual.
 *
 * @param folder where it is remembered that it was told
 * @param passesOnBps what may be used for others; undefined when nothing is passed on
 */
export async function tellFirstListen(
  output: Output,
  folder: string,
  passesOnBps: number | undefined,
): Promise<void> {
  const passesOn =
    passesOnBps === undefined
      ? []
      : [
          `Where others can reach this computer, it also passes on to them what you hear, with up to ${rate(passesOnBps)} of its line.`,
          'Another limit: --uplink 500kbit. Not at all: --relay off, or "relay: off" below "listen:" in a file for --config.',
        ]
  await tell(output, folder, passesOnBps === undefined ? 'listen' : 'relay', [
    'The station, and every listener that is connected with you directly, see the network address of this computer, as you see theirs.',
    ...passesOn,
  ])
}

/** As above. Who hides the address need not be told. */
export async function tellFirstBroadcast(output: Output, folder: string): Promise<void> {
  await tell(output, folder, 'broadcast', [
    'Listeners that are connected with you directly see the network address of this computer, as you see theirs.',
    '--private-ip, with relays that you name, keeps it from them.',
  ])
}

async function tell(output: Output, folder: string, notice: Notice, lines: readonly string[]): Promise<void> {
  if (!output.isLive) return
  const file = join(folder, FILE)
  const told = await readTold(file)
  if (told.includes(notice)) return
  for (const line of [...lines, 'This is said once.']) output.line('info', output.colors.bold(line))
  // Where nothing can be remembered it is said again: no reason not to listen.
  await writeFile(file, `${JSON.stringify([...told, notice])}\n`, { mode: 0o600 }).catch(() => undefined)
}

async function readTold(file: string): Promise<string[]> {
  try {
    const told: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(told) ? told.filter((each) => typeof each === 'string').slice(0, 8) : []
  } catch {
    return []
  }
}
