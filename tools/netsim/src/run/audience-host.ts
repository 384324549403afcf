import { createInterface } from 'node:readline'
import { openSink } from '@pearcast/audio'
import { parseLink } from '@pearcast/protocol'
import { Listener, type ListenEvent } from '@pearcast/station'
import sodium from 'sodium-universal'

/*
 * A program that runs inside a host of the lab: many listeners in one process, each with a DHT node of its own, who come
 * at once when they are told to. Arguments: the link, the bootstrap nodes, how many, and how long each stays after its
 * first sound, ms, 0 for as long as the program. Prints `ready`, waits for a line, and then prints what its listeners tell,
 * each line with the listener's number.
 */

const [linkText = '', bootstrap = '', count = '', staysMs = ''] = process.argv.slice(2)
const TOLD: ReadonlySet<string> = new Set([
  'first-audio',
  'gap',
  'path',
  'parent',
  'reconnecting',
  'error',
  'ended',
])
const LOOK_MS = 1000

const link = parseLink(sodium, linkText)
const addresses = bootstrap.split(',').map((node) => {
  const [host = '', port] = node.split(':')
  return { host, port: Number(port) }
})
/** What each has played so far. */
const played: number[] = []

const say = (event: Record<string, unknown>): void =>
  void process.stdout.write(`${JSON.stringify({ ...event, t: Date.now() })}\n`)

const listeners = await Promise.all(Array.from({ length: Number(count) }, (_, id) => listener(id)))
say({ event: 'ready' })
const lines = createInterface({ input: process.stdin })
lines.once('line', () => void Promise.all(listeners.map((each) => each.start())))
process.once('SIGTERM', () => void leave())
look()

async function listener(id: number): Promise<Listener> {
  return new Listener({
    link,
    sink: await openSink('null', { channels: 2, device: undefined, volume: undefined }),
    bootstrap: addresses,
    // What is measured is who comes, not who could carry on, or on which path it ends.
    path: 'swarm',
    relay: 'off',
    assist: false,
    onEvent: (event) => tell(id, event),
  })
}

function tell(id: number, event: ListenEvent): void {
  if (event.event === 'stats' || event.event === 'ended') played[id] = event.framesPlayed
  if (TOLD.has(event.event)) say({ ...event, id })
  if (event.event === 'first-audio' && Number(staysMs) > 0)
    setTimeout(() => void listeners[id]?.stop(), Number(staysMs))
}

/** Once a second, how many frames all of them have played. */
function look(): void {
  const timer = setInterval(() => say({ event: 'stats', played: [...played] }), LOOK_MS)
  timer.unref()
}

async function leave(): Promise<void> {
  await Promise.all(listeners.map((each) => each.stop()))
  process.exit(0)
}
