import { createSocket } from 'node:dgram'

/*
 * Any program: this one knows nothing of the lab. Two peers learn from a meeting point where the other one comes from,
 * write to each other, and end with 0 when they were heard, with 1 when 5 s were not enough.
 *
 *   meet.mjs point               the meeting point; says when it listens
 *   meet.mjs peer NAME ADDRESS   a peer, and where the meeting point is
 */
const [role, name, point] = process.argv.slice(2)
const PORT = 7000
const socket = createSocket('udp4')

function serve() {
  const peers = new Map()
  socket.on('message', (data, { address, port }) => {
    peers.set(data.toString(), { address, port })
    for (const [one, { address: to, port: at }] of peers)
      for (const [other, place] of peers) if (other !== one) socket.send(JSON.stringify(place), at, to)
  })
  socket.bind(PORT, () => console.log(`the meeting point listens on port ${PORT}`))
}

function meet() {
  let other
  let isHeard = false
  socket.on('message', (data, { address, port }) => {
    if (address === point) {
      other = JSON.parse(data.toString())
      return
    }
    if (isHeard) return
    isHeard = true
    console.log(`${name} heard "${data.toString()}" from ${address}:${port}`)
    // Goes on writing for a while: the other one may not have heard yet.
    setTimeout(() => process.exit(0), 1000)
  })
  setInterval(() => {
    socket.send(name, PORT, point)
    if (other !== undefined) socket.send(`hello from ${name}`, other.port, other.address)
  }, 100)
  setTimeout(() => process.exit(isHeard ? 0 : 1), 5000)
}

if (role === 'point') serve()
else meet()
