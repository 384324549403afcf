import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'

/*
 * Traffic for the lab's own tests, run inside a host:
 *
 *   traffic.ts echo ADDRESS PORT              answer everything; prints {listening} when ready
 *   traffic.ts rtt ADDRESS PORT COUNT         one packet after the other; prints {p50, max, lost} in ms
 *   traffic.ts stream ADDRESS PORT PPS MS     240 B packets at a rate; prints {sent, echoed}
 */
const [mode, address = '', port = '', ...numbers] = process.argv.slice(2)
const [first = 0, second = 0] = numbers.map(Number)

function open(): Socket {
  const type = address.includes(':') ? 'udp6' : 'udp4'
  return createSocket({ type, recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 })
}

function print(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

async function echo(): Promise<void> {
  const socket = open()
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    socket.send(message, from.port, from.address)
  })
  socket.bind(Number(port), address)
  await once(socket, 'listening')
  print({ listening: true })
}

async function rtt(): Promise<void> {
  const socket = open()
  socket.connect(Number(port), address)
  await once(socket, 'connect')
  const times: number[] = []
  for (let i = 0; i < first; i++) {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(1000) }).catch(() => undefined)
    const sentMs = performance.now()
    socket.send('ping')
    if ((await answered) !== undefined) times.push(performance.now() - sentMs)
  }
  times.sort((a, b) => a - b)
  print({ p50: times[times.length >> 1], max: times.at(-1), lost: first - times.length })
  socket.close()
}

async function stream(): Promise<void> {
  const socket = open()
  socket.connect(Number(port), address)
  await once(socket, 'connect')
  let echoed = 0
  socket.on('message', () => echoed++)
  const payload = Buffer.alloc(240)
  const startMs = performance.now()
  let sent = 0
  while (performance.now() - startMs < second) {
    const due = ((performance.now() - startMs) * first) / 1000
    while (sent < due) {
      socket.send(payload)
      sent++
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  print({ sent, echoed })
  socket.close()
}

switch (mode) {
  case 'echo':
    await echo()
    break
  case 'rtt':
    await rtt()
    break
  case 'stream':
    await stream()
    break
  default:
    throw new Error(`Unknown mode: ${mode}`)
}
