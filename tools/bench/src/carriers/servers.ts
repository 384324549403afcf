import { spawnSync, type StdioOptions } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IcecastReceiver } from '../endpoints/icecast.ts'
import type { JanusLoad } from '../endpoints/janus.ts'
import type { TurnLoad } from '../endpoints/turn.ts'
import { Endpoint } from '../process/calls.ts'
import { end, OTHERS_CORE, pause, pidOf, SENDER_CORE, spawnPinned } from '../process/pinned.ts'
import { removeScratch, scratchFolder } from '../process/scratch.ts'
import type { Carrier } from './carrier.ts'
import { icecastConfig, JANUS_LIBRARIES, janusConfigs } from './server-configs.ts'
import { all, counting } from './ours.ts'

const SAMPLE = fileURLToPath(new URL('../../../../samples/first-light.flac', import.meta.url))
const QUIET: { stdio: StdioOptions } = { stdio: ['ignore', 'ignore', 'inherit'] }
const SILENT = { stdio: 'ignore' } as const

/** HTTP radio: Ogg Opus with a page for each packet, so that it is as live as Icecast can be. */
export async function openIcecast(most: number): Promise<Carrier> {
  const [folder, port] = [workFolder(), await freePort()]
  writeFileSync(join(folder, 'icecast.xml'), icecastConfig({ folder, port, clients: most + 100 }))
  const server = spawnPinned(SENDER_CORE, 'icecast2', ['-c', join(folder, 'icecast.xml')], SILENT)
  await answering(port)
  const input = ['-re', '-stream_loop', '-1', '-i', SAMPLE, '-c:a', 'libopus', '-b:a', '96k']
  const output = ['-page_duration', '20000', '-content_type', 'audio/ogg', '-f', 'ogg']
  const url = `icecast://source:bench@127.0.0.1:${port}/bench.opus`
  const ffmpeg = ['-hide_banner', '-loglevel', 'error', '-nostdin', ...input, ...output, url]
  const source = spawnPinned(OTHERS_CORE, 'ffmpeg', ffmpeg, QUIET)
  await pause(1000)
  const receiver = new Endpoint<IcecastReceiver>(OTHERS_CORE, 'icecast-receiver')
  return {
    pid: pidOf(server),
    join: (count) => receiver.call.join(count, port),
    ...counting(receiver),
    close: async () => {
      await all(receiver.close(), end(source), end(server))
      removeScratch(folder)
    },
  }
}

/** RTP in, WebRTC out: the streaming plugin. */
export async function openJanus(): Promise<Carrier> {
  const [folder, apiPort, rtpPort] = [workFolder(), await freePort(), await freePort()]
  for (const [name, text] of janusConfigs({ folder, apiPort, rtpPort }))
    writeFileSync(join(folder, name), text)
  // Of its plugins only these, so that nothing else listens on ports of the machine.
  const libraries = readdirSync('/usr/lib').map((each) => join('/usr/lib', each, 'janus'))
  for (const [kind, library] of JANUS_LIBRARIES) {
    mkdirSync(join(folder, kind))
    const home = libraries.find((each) => spawnSync('test', ['-e', join(each, kind, library)]).status === 0)
    if (home !== undefined) symlinkSync(join(home, kind, library), join(folder, kind, library))
  }
  const server = spawnPinned(SENDER_CORE, 'janus', ['--configs-folder', folder, '--disable-colors'], SILENT)
  await answering(apiPort)
  const load = new Endpoint<JanusLoad>(OTHERS_CORE, 'janus-load')
  await load.call.open(apiPort, rtpPort)
  return {
    pid: pidOf(server),
    join: (count) => load.call.join(count),
    hold: (isHeld) => load.call.hold(isHeld),
    ...counting(load),
    close: async () => {
      await all(load.close(), end(server))
      removeScratch(folder)
    },
  }
}

/** Packets through a TURN server to one allocation for each receiver. */
export async function openCoturn(): Promise<Carrier> {
  const [folder, port] = [workFolder(), await freePort()]
  const address = ['-n', '-L', '127.0.0.1', '-E', '127.0.0.1', '-p', String(port), '--allow-loopback-peers']
  const little = ['--no-auth', '--no-cli', '--no-tls', '--no-dtls', '--no-tcp', '-m', '1', '--no-stdout-log']
  const files = [
    '--log-file',
    join(folder, 'log'),
    '--pidfile',
    join(folder, 'pid'),
    '--userdb',
    join(folder, 'db'),
  ]
  const server = spawnPinned(SENDER_CORE, 'turnserver', [...address, ...little, ...files], SILENT)
  await pause(1000)
  const load = new Endpoint<TurnLoad>(OTHERS_CORE, 'coturn-load')
  return {
    pid: pidOf(server),
    join: (count) => load.call.join(count, port),
    hold: (isHeld) => load.call.hold(isHeld),
    ...counting(load),
    close: async () => {
      await all(load.close(), end(server))
      removeScratch(folder)
    },
  }
}

/** Servers that give up root write here as another user. */
function workFolder(): string {
  const folder = scratchFolder()
  chmodSync(folder, 0o777)
  return folder
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Until the TCP port of a server takes connections. */
async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const taken = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (taken) return
    await pause(100)
  }
  throw new Error(`no server on port ${port} within 10 s`)
}
