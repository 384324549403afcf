import { once } from 'node:events'
import { chmod, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from '@pearcast/netsim'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../testing/browser.ts'
import { MAIN, type Command } from '../testing/pearcast.ts'
import type { Surroundings } from './opened-page.ts'

const ENTERED_WITHIN_MS = 10_000

/** A host of the NAT lab, in which programs and a browser run: it has a loopback of its own, and no network but the lab. */
export class LabHost implements Surroundings {
  readonly bootstrap: string
  readonly command: Command
  readonly #folder: string
  readonly #enter: readonly string[]
  readonly #id: string

  private constructor(stage: Stage, id: string, folder: string, pid: number) {
    this.bootstrap = stage.bootstrap
    this.#folder = folder
    this.#id = id
    this.#enter = [`--net=/proc/${pid}/ns/net`, '--']
    this.command = ['nsenter', ...this.#enter, process.execPath, MAIN]
  }

  /** By the namespace of a process that does nothing else, and ends with the lab. */
  static async enter(
    stage: Stage,
    id: 'broadcaster' | 'listener' | 'listener-2' | 'helper',
    folder: string,
  ): Promise<LabHost> {
    const child = stage.lab.spawn(id, 'sleep', ['infinity'], { stdio: 'ignore' })
    await once(child, 'spawn')
    const ours = await readlink('/proc/self/ns/net')
    const deadlineMs = performance.now() + ENTERED_WITHIN_MS
    while ((await readlink(`/proc/${child.pid}/ns/net`)) === ours) {
      if (performance.now() > deadlineMs) throw new Error(`no process got into ${id}`)
      await sleep(10)
    }
    return new LabHost(stage, id, folder, child.pid ?? 0)
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  /** It talks to us through pipes, which lead out of every network. */
  async launchChromium(binary: string): Promise<Browser> {
    const script = this.path(`chromium-${this.#id}`)
    await writeFile(script, `#!/bin/sh\nexec nsenter ${this.#enter.join(' ')} '${binary}' "$@"\n`)
    await chmod(script, 0o755)
    return launchChromium(script)
  }
}
