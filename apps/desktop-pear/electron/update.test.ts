import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createTestnet from '@hyperswarm/testnet'
import Corestore from 'corestore'
import HyperDHT from 'hyperdht'
import Hyperdrive from 'hyperdrive'
import Hyperswarm from 'hyperswarm'
import PearRuntime from 'pear-runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Runtime } from './runtime.ts'

const HOST = `${process.platform}-${process.arch}`
const NAMES: Partial<Record<NodeJS.Platform, string>> = { linux: 'pearCast.AppImage', darwin: 'pearCast.app' }
const name = NAMES[process.platform] ?? 'pearCast.msix'
const closing: (() => Promise<void>)[] = []
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pearcast-update-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true })
})

/** What `pear build`, `stage` and `seed` do, as the updater sees it: a drive with the app in it, and who has it. */
async function release(bootstrap: { host: string; port: number }[]): Promise<{
  link: string
  stage: (version: string) => Promise<void>
}> {
  const store = new Corestore(join(folder, 'releases'))
  const drive = new Hyperdrive(store)
  await drive.ready()
  // Reached as a seeder with an address of its own is: nothing leaves this computer.
  const dht = new HyperDHT({ bootstrap, host: '127.0.0.1', firewalled: false })
  const swarm = new Hyperswarm({ dht, keyPair: HyperDHT.keyPair() })
  swarm.on('connection', (connection) => store.replicate(connection))
  closing.push(
    () => store.close(),
    () => swarm.destroy(),
  )
  await swarm.join(drive.discoveryKey, { server: true, client: false }).flushed()
  return {
    link: `pear://${drive.id}`,
    stage: async (version) => {
      await drive.put(`/by-arch/${HOST}/app/${name}`, Buffer.from(`the app of ${version}`), {
        executable: true,
      })
      await drive.put('/package.json', Buffer.from(JSON.stringify({ version })))
    },
  }
}

test('an update that is published comes, and takes the app’s place when it ends', async ({ skip }) => {
  if (process.platform === 'win32') {
    const reason = 'Windows itself installs what has come, and wants a package that is signed'
    process.stdout.write(`SKIP: ${reason}\n`)
    skip(reason)
  }
  const testnet = await createTestnet(3)
  closing.push(() => testnet.destroy())
  const { bootstrap } = testnet
  const { link, stage } = await release(bootstrap)
  await stage('0.1.0')
  const app = join(folder, name)
  writeFileSync(app, 'the app of 0.1.0')
  let offers = 0
  const runtime = new Runtime({
    PearRuntime,
    manifest: { name: 'pearcast', productName: 'pearCast', version: '0.1.0', upgrade: link },
    dir: join(folder, 'data'),
    updates: true,
    bootstrap,
    app,
    platform: process.platform,
    onUpdated: () => offers++,
  })
  await stage('0.1.1')
  await expect.poll(() => offers, { timeout: 40_000 }).toBe(1)
  expect(readFileSync(app, 'utf8')).toBe('the app of 0.1.0')
  await runtime.close()
  expect(readFileSync(app, 'utf8')).toBe('the app of 0.1.1')
})
