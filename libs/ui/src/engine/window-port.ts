/** What the page and the preload script of the desktop window say to each other. */
const ASK = 'pearcast:ask-for-port'
const GIVE = 'pearcast:port'

/** In the desktop window there is no address to connect to: the program hands a port over. */
export const isInWindow: boolean = new URLSearchParams(location.search).get('engine') === 'port'

/** Calls `take` with each port that is handed over: one for each time it is asked for. */
export function takePorts(take: (port: MessagePort) => void): void {
  addEventListener('message', ({ data, origin, ports, source }: MessageEvent<unknown>) => {
    const [port] = ports
    // Only a script of this very window can be the source: the preload script, or the page itself.
    if (data === GIVE && source === window && origin === location.origin && port !== undefined) take(port)
  })
}

export function askForPort(): void {
  postMessage(ASK, location.origin)
}
