import { once } from 'node:events'
import { join } from 'node:path'
import type { Scenario } from '../scenarios/scenario.ts'
import { RunFolder } from './run-folder.ts'
import { addressOf, CLI, Stage } from './stage.ts'

/** A prompt inside a host of a scenario, with its DHT running, until that shell ends. @returns its exit code */
export async function openShell(
  scenario: Scenario,
  host: string,
  { seed, tunDevice }: { seed: number; tunDevice?: string },
): Promise<number> {
  const own = await RunFolder.open()
  const { path: folder } = own
  try {
    const stage = await Stage.open(scenario, { seed, tunDevice, folder })
    try {
      const hosts = stage.lab.hosts.map(({ id }) => `${id} ${addressOf(stage.lab, id)}`).join(', ')
      process.stderr.write(`${scenario.name}: you are "${host}". ${hosts}.\n`)
      process.stderr.write(`PEARCAST_BOOTSTRAP is set; this is pearcast: '${process.execPath}' '${CLI}'\n`)
      const shell = stage.lab.spawn(host, process.env['SHELL'] ?? '/bin/sh', [], {
        stdio: 'inherit',
        env: {
          ...process.env,
          PEARCAST_BOOTSTRAP: stage.bootstrap,
          PEARCAST_HOME: join(folder, 'home'),
          PS1: `${host}$ `,
        },
      })
      // Ctrl-C is for what runs in the shell, and who ends this one wants the shell ended: it leaves no home behind.
      const ignore = (): void => undefined
      const end = (): void => void shell.kill('SIGHUP')
      process.on('SIGINT', ignore)
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
      const [code] = await once(shell, 'exit')
      return typeof code === 'number' ? code : 1
    } finally {
      await stage.close()
    }
  } finally {
    await own.close(false)
  }
}
