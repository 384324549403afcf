import { decodeDown, encodePcm, type FromEngine, type PcmBlock } from '@pearcast/engine/schema'
import { OpusWasmDecoder } from '../audio/opus-decoder.ts'
import { Player } from '../audio/player.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** The engine's word for "another page took your place". */
const REPLACED_CODE = 4001
const RETRY_MS = 1000
/** After so many refusals in a row the engine is not there any more. */
const RETRIES = 5
/** 10 ms a channel: what the ring asks for at a time. */
const STEP_SAMPLES = 480
const LEVEL_MS = 66
const HEARD_MS = 1000
const MAX_BUFFERED_BYTES = 256 * 1024

const tell = (message: FromWorker): void => postMessage(message)
const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000

let socket: WebSocket | undefined
let player: Player | undefined
let isOnAir = false
let seq = 0
let underruns = 0
let refusals = 0

/** The socket and the decoder live here: a page that is busy drawing does not hold up the sound. */
function open(url: string, protocols: string[]): void {
  const opening = new WebSocket(url, protocols)
  opening.binaryType = 'arraybuffer'
  socket = opening
  opening.addEventListener('open', () => {
    refusals = 0
    tell({ type: 'link', state: 'open' })
  })
  opening.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') return onText(data)
    const message = decodeDown(new Uint8Array(data))
    if (message !== undefined) player?.take(message)
  })
  opening.addEventListener('close', ({ code }) => {
    isOnAir = false
    player?.take({ kind: 'end' })
    if (code === REPLACED_CODE) return tell({ type: 'link', state: 'replaced' })
    refusals++
    tell({ type: 'link', state: refusals > RETRIES ? 'lost' : 'connecting' })
    setTimeout(() => open(url, protocols), RETRY_MS)
  })
}

function onText(text: string): void {
  const message: FromEngine = JSON.parse(text)
  if (message.type === 'hello' || message.type === 'state')
    isOnAir = message.state.broadcast?.phase === 'on-air'
  tell({ type: 'engine', message })
}

function feedOutput(port: MessagePort): void {
  port.addEventListener('message', ({ data }: MessageEvent<{ steps: number; underruns: number }>) => {
    underruns = data.underruns
    for (let i = 0; i < data.steps; i++) {
      const pcm = player?.pull(STEP_SAMPLES) ?? new Float32Array(2 * STEP_SAMPLES)
      port.postMessage(pcm, [pcm.buffer])
    }
  })
  port.start()
}

function takeInput(port: MessagePort): void {
  port.addEventListener('message', ({ data }: MessageEvent<PcmBlock['inputs']>) => {
    if (!isOnAir || socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > MAX_BUFFERED_BYTES)
      return
    socket.send(encodePcm({ seq: seq++, inputs: data }))
  })
  port.start()
}

function tellHeard(): void {
  const stats = player?.stats()
  if (player === undefined || stats === undefined) return
  const { framesPlayed, framesConcealed, framesLost, bufferMs, latencyMs, state } = stats
  const figures = { framesPlayed, framesConcealed, framesLost, bufferMs, state, underruns }
  tell({ type: 'heard', heard: { latencyMs, ...figures } })
}

function tellLevel(): void {
  if (player?.isPlaying === true) tell({ type: 'level', peak: player.takePeak() })
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'open': {
      const { url, protocols } = data
      fetch(data.wasm)
        .then((response) => OpusWasmDecoder.load(response))
        .then((decoder) => {
          player = new Player(decoder, nowUs)
          open(url, protocols)
          setInterval(tellLevel, LEVEL_MS)
          return setInterval(tellHeard, HEARD_MS)
        })
        .catch((error: unknown) => tell({ type: 'failed', message: String(error) }))
      return
    }
    case 'send':
      return socket?.readyState === WebSocket.OPEN ? socket.send(JSON.stringify(data.message)) : undefined
    case 'output':
      return feedOutput(data.port)
    case 'input':
      return takeInput(data.port)
  }
})
