import type { EngineState } from '@pearcast/engine/schema'
import { expect, test } from 'vitest'
import { diagnosticsText } from './diagnostics.ts'

test('diagnostics have the figures, and nothing that tells who it is', () => {
  const secret = 'pearcast://secret'
  const state: EngineState = {
    listening: {
      phase: 'playing',
      link: secret,
      title: secret,
      channels: 2,
      bitrate: 96_000,
      path: 'swarm',
      via: 'punched',
      buffer: 'low',
      startedAtMs: 0,
      sinceMs: 0,
      figures: null,
      impostor: false,
      hops: 0,
      relaying: null,
      description: secret,
      nowPlaying: secret,
    },
    broadcast: {
      phase: 'on-air',
      station: secret,
      title: secret,
      description: secret,
      nowPlaying: secret,
      profile: 'music',
      bitrate: 96_000,
      link: secret,
      onAirAtMs: 0,
      source: 'live',
      audience: [{ id: secret, path: 'webrtc', via: 'webrtc', sinceMs: 0 }],
      listeners: 1,
      audienceHistory: [],
      framesSent: 50,
      uplinkBps: 140_000,
    },
    trouble: { during: 'listen', code: 'NO_UDP', message: secret },
    stations: [{ name: secret, title: secret, description: secret, link: secret }],
    kept: [],
    heard: [{ link: secret, title: secret, atMs: 0 }],
    inputs: [{ slot: 0, label: secret, gainDb: -6, muted: false }],
    muted: false,
    recordings: { listening: { file: secret, sinceMs: 0, isRunning: true }, broadcast: null },
    relay: { isAsked: true, mode: 'auto', uplinkBps: 2_000_000 },
  }
  const text = diagnosticsText({ browser: 'a browser', link: 'open', state, heard: undefined, outputMs: 50 })
  expect(text).not.toContain('secret')
  for (const figure of ['playing', 'punched', 'NO_UDP', '140000', '-6', 'a browser'])
    expect(text).toContain(figure)
})
