/** What joins the Worker and its engine: a WebSocket in a browser, a MessagePort in a desktop window. */
export interface Channel {
  readonly isOpen: boolean
  /** Sent, and not yet taken by the other side. */
  readonly bufferedBytes: number
  send(message: string | Uint8Array<ArrayBuffer>): void
}

export interface ChannelEvents {
  onOpen(): void
  onMessage(message: string | Uint8Array): void
  /** `isReplaced`: another page took this one's place. */
  onClose(isReplaced: boolean): void
}

/** The engine's word for "another page took your place". */
const REPLACED_CODE = 4001

export function openSocket(url: string, protocols: string[], events: ChannelEvents): Channel {
  const socket = new WebSocket(url, protocols)
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => events.onOpen())
  socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) =>
    events.onMessage(typeof data === 'string' ? data : new Uint8Array(data)),
  )
  socket.addEventListener('close', ({ code }) => events.onClose(code === REPLACED_CODE))
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN
    },
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    send: (message) => socket.send(message),
  }
}

/**
 * A port does not tell what waits in it, so each side answers bytes with how many it has taken in all: a bare number.
 * Electron's 'close' comes when the engine's process has ended; Chromium has none, so the program gives another port then.
 */
export function openPort(port: MessagePort, events: ChannelEvents): Channel {
  let [isOpen, sentBytes, acknowledgedBytes, takenBytes] = [true, 0, 0, 0]
  port.addEventListener('message', ({ data }: MessageEvent<string | number | Uint8Array>) => {
    if (typeof data === 'number') {
      acknowledgedBytes = data
      return
    }
    if (typeof data !== 'string') {
      takenBytes += data.length
      port.postMessage(takenBytes)
    }
    events.onMessage(data)
  })
  port.addEventListener('close', () => {
    isOpen = false
    events.onClose(false)
  })
  port.start()
  queueMicrotask(() => events.onOpen())
  return {
    get isOpen() {
      return isOpen
    },
    get bufferedBytes() {
      return sentBytes - acknowledgedBytes
    },
    send: (message) => {
      if (typeof message !== 'string') sentBytes += message.length
      port.postMessage(message)
    },
  }
}
