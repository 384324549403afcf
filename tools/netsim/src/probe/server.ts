import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Endpoint } from '../ip/address.ts'
import { decodeProbe, encodeProbe, type ProbeForward, type ProbeRequest } from './messages.ts'

/*
 * One half of the probe's server, on a public host; the other half runs on another one with the addresses exchanged.
 * Prints {"listening":true} when ready:
 *
 *   server.ts OWN_ADDRESS OTHER_ADDRESS PORT OTHER_PORT
 */
const [ownAddress = '', otherAddress = '', ...portTexts] = process.argv.slice(2)
const ports = portTexts.map(Number)
const sockets = new Map<number, Socket>()

function respond(fromPort: number, id: string, mapped: Endpoint, to: readonly Endpoint[]): void {
  const response = encodeProbe({
    kind: 'response',
    id,
    mapped,
    origin: { address: ownAddress, port: fromPort },
  })
  for (const { address, port } of to) sockets.get(fromPort)?.send(response, port, address)
}

function answer(request: ProbeRequest, port: number, from: RemoteInfo): void {
  const { id, responsePort, witness, changeAddress, changePort } = request
  const mapped = { address: from.address, port: from.port }
  const to = [{ address: from.address, port: responsePort ?? from.port }]
  if (witness !== undefined) to.push(witness)
  const fromPort = changePort ? (ports.find((other) => other !== port) ?? port) : port
  if (!changeAddress) {
    respond(fromPort, id, mapped, to)
    return
  }
  const forward: ProbeForward = { kind: 'forward', id, mapped, to, fromPort }
  sockets.get(port)?.send(encodeProbe(forward), port, otherAddress)
}

for (const port of ports) {
  const socket = createSocket('udp4')
  sockets.set(port, socket)
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const message = decodeProbe(bytes)
    if (message?.kind === 'request') answer(message, port, from)
    if (message?.kind === 'forward') respond(message.fromPort, message.id, message.mapped, message.to)
  })
  socket.bind(port, ownAddress)
  await once(socket, 'listening')
}
process.stdout.write('{"listening":true}\n')
