import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'

/*
 * What ends a lab's processes when the lab itself cannot any more. The warden is a shell in a session of its own that
 * waits for its standard input to end, which it does however the lab ends: closed, crashed, interrupted, or killed.
 * Then it kills whatever still lives in one of the lab's namespaces, grandchildren included. It holds the namespaces
 * open (descriptors 3 and up), so that no other lab can get their numbers before it is done.
 *
 * A second clean round ends it: a process may fork while the first one looks. A lab that says no word before it ends
 * was killed: its folders are removed then. Another lab's processes may still write there, and its warden tries too.
 *
 *   warden NAMESPACE... -- FOLDER...
 */
const WARDEN = `
trap '' INT TERM HUP
read -r word
namespaces=
while [ "$1" != -- ]; do namespaces="$namespaces $1"; shift; done
shift
clean=0
while [ $clean -lt 2 ]; do
  clean=$((clean + 1))
  for found in $(ls -l /proc/[0-9]*/ns/net 2>/dev/null | sed -n 's|.* /proc/\\([0-9]*\\)/ns/net -> |\\1=|p'); do
    case "$namespaces " in *" \${found#*=} "*) kill -9 "\${found%%=*}" && clean=0 ;; esac
  done
done
[ "$word" = closed ] && exit
tries=0
while [ $# -gt 0 ] && [ $tries -lt 50 ]; do
  if rm -rf -- "$1" && ! [ -e "$1" ]; then shift; else tries=$((tries + 1)); sleep 0.1; fi
done
`

export class Warden {
  readonly #shell: ChildProcess
  readonly #exited: Promise<unknown>

  /** `folders` are removed if this process ends before it says `finish`. */
  constructor(namespaceFds: readonly number[], folders: readonly string[]) {
    const names = namespaceFds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
    this.#shell = spawn('/bin/sh', ['-c', WARDEN, 'warden', ...names, '--', ...folders], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', ...namespaceFds],
    })
    this.#exited = once(this.#shell, 'exit')
    // Somebody killed it: then there is nothing to tell it.
    this.#shell.stdin?.on('error', () => undefined)
  }

  /** Kill everything in the lab; resolves when nothing of it runs any more. */
  async finish(): Promise<void> {
    this.#shell.stdin?.end('closed\n')
    await this.#exited
  }
}
