/**
 * Runs in the page's sandbox before the page. It exposes nothing but the port to the engine: the page asks for one in a
 * message to its own window, and gets it in another one.
 */
import { ipcRenderer } from 'electron'

const ASK = 'pearcast:ask-for-port'
const GIVE = 'pearcast:port'

addEventListener('message', ({ data, source, origin }) => {
  if (data === ASK && source === window && origin === location.origin) ipcRenderer.send(ASK)
})
ipcRenderer.on(GIVE, ({ ports }) => postMessage(GIVE, location.origin, [...ports]))
