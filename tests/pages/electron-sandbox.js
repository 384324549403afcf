// What a sandboxed preload script has of Electron, over a WebSocket to the stand-in for its main process. Runs before the page;
// the preload script itself follows below, in a function whose only parameter is this `require`.
globalThis.requireElectron = () => {
  const listeners = new Map()
  const ports = new Map()
  const socket = new WebSocket(`ws://${location.host}/__electron`)
  socket.binaryType = 'arraybuffer'
  const isOpen = new Promise((resolve) => socket.addEventListener('open', resolve))
  const send = async (message) => {
    await isOpen
    socket.send(message)
  }

  /** A port of the page: what comes out at our end of it goes over the socket. */
  const openPort = (id) => {
    const { port1, port2 } = new MessageChannel()
    ports.set(id, port1)
    port1.addEventListener('message', ({ data }) => {
      if (!(data instanceof Uint8Array)) {
        void send(JSON.stringify({ port: id, data }))
        return
      }
      const bytes = new Uint8Array(4 + data.length)
      new DataView(bytes.buffer).setUint32(0, id, true)
      bytes.set(data, 4)
      void send(bytes)
    })
    port1.start()
    return port2
  }

  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') {
      const id = new DataView(data).getUint32(0, true)
      ports.get(id)?.postMessage(new Uint8Array(data.slice(4)))
      return
    }
    const message = JSON.parse(data)
    if (message.post !== undefined) listeners.get(message.post)?.({ ports: message.ports.map(openPort) })
    if (message.port !== undefined) ports.get(message.port)?.postMessage(message.data)
    if (message.closed !== undefined) ports.get(message.closed)?.close()
  })
  return {
    ipcRenderer: {
      send: (channel) => send(JSON.stringify({ send: channel })),
      on: (channel, listener) => listeners.set(channel, listener),
    },
  }
}
