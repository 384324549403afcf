import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'

/*
 * What ends a lab's processes when the lab itself cannot any more. The warden is a shell in a session of its own that
 * waits for its standard input to end, which it does however the lab ends: closed, crashed, interrupted, or killed.
 * Then it kills whatever still lives in one of the lab's namespaces, grandchildren included. It holds the namespaces
 * open (descriptors 3 and up), so that no other lab can get their numbers before it is done.
 *
 * A second clean round ends it: a process may fork while the first one looks.
 */
const WARDEN = `
trap '' INT TERM HUP
read -r end
clean=0
while [ $clean -lt 2 ]; do
  clean=$((clean + 1))
  for found in $(ls -l /proc/[0-9]*/ns/net 2>/dev/null | sed -n 's|.* /proc/\\([0-9]*\\)/ns/net -> |\\1=|p'); do
    case " $* " in *" \${found#*=} "*) kill -9 "\${found%%=*}" && clean=0 ;; esac
  done
done
`

export class Warden {
  readonly #shell: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(namespaceFds: readonly number[]) {
    const names = namespaceFds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
    this.#shell = spawn('/bin/sh', ['-c', WARDEN, 'warden', ...names], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', ...namespaceFds],
    })
    this.#exited = once(this.#shell, 'exit')
    // Somebody killed it: then there is nothing to tell it.
    this.#shell.stdin?.on('error', () => undefined)
  }

  /** Kill everything in the lab; resolves when nothing of it runs any more. */
  async finish(): Promise<void> {
    this.#shell.stdin?.end()
    await this.#exited
  }
}
