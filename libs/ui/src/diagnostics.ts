import type { EngineState } from '@pearcast/engine/schema'
import type { Heard } from './engine/worker-messages.ts'

export interface Diagnosed {
  browser: string
  link: string
  state: EngineState | undefined
  heard: Heard | undefined
  outputMs: number
}

/** What helps somebody to help: figures and states, but no link, title, name or address. */
export function diagnosticsText({ browser, heard, link, outputMs, state }: Diagnosed): string {
  const { broadcast, inputs = [], listening, recordings, relay, trouble } = state ?? {}
  const lines = {
    browser,
    engine: link,
    trouble: trouble?.code,
    recording: {
      listening: recordings?.listening?.isRunning === true,
      broadcast: recordings?.broadcast?.isRunning === true,
    },
    relay,
    listening: listening && {
      phase: listening.phase,
      path: listening.path,
      via: listening.via,
      hops: listening.hops,
      relaying: listening.relaying,
      buffer: listening.buffer,
      channels: listening.channels,
      bitrate: listening.bitrate,
      impostor: listening.impostor,
      engine: listening.figures,
      page: heard,
      outputMs: Math.round(outputMs),
    },
    broadcast: broadcast && {
      phase: broadcast.phase,
      profile: broadcast.profile,
      bitrate: broadcast.bitrate,
      source: broadcast.source,
      inputs: inputs.map(({ gainDb, muted }) => ({ gainDb, muted })),
      listeners: broadcast.listeners,
      routes: broadcast.audience.map(({ path, via }) => `${path}, ${via}`),
      framesSent: broadcast.framesSent,
      uplinkBps: broadcast.uplinkBps,
    },
  }
  return JSON.stringify(lines, null, 2)
}
