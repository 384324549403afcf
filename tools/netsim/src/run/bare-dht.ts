import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import HyperDHT from 'hyperdht'

/*
 * A program that runs inside a host of the lab: HyperDHT as it comes, without anything of pearCast, that listens or that
 * connects to who does, again and again until it is ended. Both derive the key of the server from the same words.
 * Arguments: "server" or "client", the bootstrap nodes, the words. Prints a line for whatever happens.
 */

const [role, bootstrap = '', words = ''] = process.argv.slice(2)
const AGAIN_MS = 500
const say = (event: Record<string, unknown>): void =>
  void process.stdout.write(`${JSON.stringify({ ...event, t: Date.now() })}\n`)

const keyPair = HyperDHT.keyPair(createHash('sha256').update(words).digest())
const dht = new HyperDHT({
  bootstrap: bootstrap.split(',').map((node) => {
    const [host = '', port] = node.split(':')
    return { host, port: Number(port) }
  }),
})

if (role === 'server') {
  const server = dht.createServer({}, (conn) => {
    conn.on('error', () => undefined)
    conn.on('data', (data: Uint8Array) => conn.write(data))
  })
  await server.listen(keyPair)
  say({ event: 'listening' })
} else {
  while (!(await connect())) await sleep(AGAIN_MS)
}

/** Whether an echo came back. */
function connect(): Promise<boolean> {
  return new Promise((resolve) => {
    const conn = dht.connect(keyPair.publicKey)
    conn.on('error', (error: NodeJS.ErrnoException) => {
      say({ event: 'failed', code: error.code ?? error.message })
    })
    conn.on('open', () => conn.write(Buffer.from('echo')))
    conn.on('data', () => {
      say({ event: 'echo' })
      resolve(true)
    })
    conn.on('close', () => resolve(false))
  })
}
