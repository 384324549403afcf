/** `node --import parent-port.ts engine.js`: the port that a utility process has to the main process, over Node's own channel. */
import { EventEmitter } from 'node:events'
import type { FromMain, ToMain } from './channel.ts'

const tell = (message: ToMain): void => void process.send?.(message)

class Port extends EventEmitter {
  readonly #id: number

  constructor(id: number) {
    super()
    this.#id = id
  }

  postMessage(data: unknown): void {
    tell({ type: 'port', id: this.#id, data })
  }

  start(): void {}

  close(): void {
    tell({ type: 'closed', id: this.#id })
  }
}

const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (message: unknown) => tell({ type: 'parent', message }),
})
const ports = new Map<number, Port>()
process.on('message', (message: FromMain) => {
  switch (message.type) {
    case 'parent': {
      const given = message.ports.map((id) => new Port(id))
      for (const [i, id] of message.ports.entries()) {
        const port = given[i]
        if (port !== undefined) ports.set(id, port)
      }
      parentPort.emit('message', { data: message.message, ports: given })
      return
    }
    case 'port':
      ports.get(message.id)?.emit('message', { data: message.data })
      return
    case 'closed':
      ports.get(message.id)?.emit('close')
      ports.delete(message.id)
  }
})
process.on('disconnect', () => process.exit())
Reflect.set(process, 'parentPort', parentPort)
