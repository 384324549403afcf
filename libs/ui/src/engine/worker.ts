import { decodeDown, encodePcm, type FromEngine, type PcmBlock } from '@pearcast/engine/schema'
import { OpusWasmDecoder } from '../audio/opus-decoder.ts'
import { Player } from '../audio/player.ts'
import { openPort, openSocket, type Channel, type ChannelEvents } from './channel.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

const RETRY_MS = 500
/** After so many refusals in a row the engine is not there any more. */
const RETRIES = 10
/** 10 ms a channel: what the ring asks for at a time. */
const STEP_SAMPLES = 480
const LEVEL_MS = 66
const HEARD_MS = 1000
const MAX_BUFFERED_BYTES = 256 * 1024

const tell = (message: FromWorker): void => postMessage(message)
const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000

let channel: Channel | undefined
let player: Player | undefined
let isOnAir = false
let seq = 0
let underruns = 0
let ringMs = 0
let refusals = 0

/** The socket and the decoder live here: a page that is busy drawing does not hold up the sound. */
function open(url: string, protocols: string[]): void {
  channel = openSocket(url, protocols, {
    onOpen: () => {
      refusals = 0
      tell({ type: 'link', state: 'open' })
    },
    onMessage,
    onClose: (isReplaced) => {
      lose()
      if (isReplaced) return tell({ type: 'link', state: 'replaced' })
      refusals++
      tell({ type: 'link', state: refusals > RETRIES ? 'lost' : 'connecting' })
      setTimeout(() => open(url, protocols), RETRY_MS)
    },
  })
}

/** A port that is gone is not opened again: the page asks for another one. */
function take(port: MessagePort): void {
  const events: ChannelEvents = {
    onOpen: () => tell({ type: 'link', state: 'open' }),
    onMessage: (message) => channel === opened && onMessage(message),
    onClose: () => {
      if (channel !== opened) return
      lose()
      tell({ type: 'link', state: 'connecting' })
    },
  }
  const opened = openPort(port, events)
  channel = opened
}

function onMessage(message: string | Uint8Array): void {
  if (typeof message === 'string') return onText(message)
  const media = decodeDown(message)
  if (media !== undefined) player?.take(media)
}

function lose(): void {
  isOnAir = false
  player?.take({ kind: 'end' })
}

function onText(text: string): void {
  const message: FromEngine = JSON.parse(text)
  if (message.type === 'hello' || message.type === 'state')
    isOnAir = message.state.broadcast?.phase === 'on-air'
  tell({ type: 'engine', message })
}

function feedOutput(port: MessagePort): void {
  port.addEventListener(
    'message',
    ({ data }: MessageEvent<{ steps: number; underruns: number; ringMs: number }>) => {
      ;({ ringMs, underruns } = data)
      for (let i = 0; i < data.steps; i++) {
        const pcm = player?.pull(STEP_SAMPLES) ?? new Float32Array(2 * STEP_SAMPLES)
        port.postMessage(pcm, [pcm.buffer])
      }
    },
  )
  port.start()
}

function takeInput(port: MessagePort): void {
  port.addEventListener('message', ({ data }: MessageEvent<PcmBlock['inputs']>) => {
    if (!isOnAir || channel?.isOpen !== true || channel.bufferedBytes > MAX_BUFFERED_BYTES) return
    channel.send(encodePcm({ seq: seq++, inputs: data }))
  })
  port.start()
}

function tellHeard(): void {
  const stats = player?.stats()
  if (player === undefined || stats === undefined) return
  const { framesPlayed, framesConcealed, framesLost, bufferMs, targetMs, latencyMs, state } = stats
  const figures = { framesPlayed, framesConcealed, framesLost, bufferMs, targetMs, state, underruns, ringMs }
  tell({ type: 'heard', heard: { latencyMs, ...figures } })
}

function tellLevel(): void {
  if (player?.isPlaying === true) tell({ type: 'level', peak: player.takePeak() })
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'open': {
      const { link } = data
      fetch(data.wasm)
        .then((response) => OpusWasmDecoder.load(response))
        .then((decoder) => {
          player = new Player(decoder, nowUs)
          if ('port' in link) take(link.port)
          else open(link.url, link.protocols)
          setInterval(tellLevel, LEVEL_MS)
          return setInterval(tellHeard, HEARD_MS)
        })
        .catch((error: unknown) => tell({ type: 'failed', message: String(error) }))
      return
    }
    case 'send':
      return channel?.isOpen === true ? channel.send(JSON.stringify(data.message)) : undefined
    case 'port':
      lose()
      return take(data.port)
    case 'output':
      return feedOutput(data.port)
    case 'input':
      return takeInput(data.port)
  }
})
