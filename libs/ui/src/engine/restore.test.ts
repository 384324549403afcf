import type { Command, EngineState } from '@pearcast/engine/schema'
import { describe, expect, test } from 'vitest'
import { restore } from './restore.ts'

const idle: EngineState = {
  listening: null,
  broadcast: null,
  trouble: null,
  stations: [],
  kept: [],
  heard: [],
  inputs: [],
  muted: false,
  recordings: { listening: null, broadcast: null },
  relay: { isAsked: true, mode: 'auto', uplinkBps: null },
}
const listening: EngineState['listening'] = {
  phase: 'playing',
  link: 'pearcast://heard',
  title: '',
  description: '',
  nowPlaying: '',
  channels: 2,
  bitrate: 96_000,
  path: null,
  via: null,
  buffer: 'robust',
  startedAtMs: 0,
  sinceMs: 0,
  figures: null,
  impostor: false,
  hops: null,
  relaying: null,
}
const broadcast: EngineState['broadcast'] = {
  phase: 'on-air',
  station: 'kitchen',
  title: 'Kitchen',
  description: 'Songs',
  nowPlaying: 'Soup',
  profile: 'voice',
  bitrate: 32_000,
  link: '',
  onAirAtMs: 0,
  source: 'live',
  audience: [],
  listeners: 0,
  audienceHistory: [],
  framesSent: 0,
  uplinkBps: 0,
}
const recording = { file: 'a.opus', sinceMs: 0, isRunning: true }

async function asked(before: EngineState, refused?: Command['name']): Promise<Command[]> {
  const commands: Command[] = []
  await restore(before, (command) => {
    commands.push(command)
    return Promise.resolve({ ok: command.name !== refused })
  })
  return commands
}

describe('an engine that was started anew', () => {
  test('is asked for nothing when nothing was on', async () => {
    expect(await asked(idle)).toEqual([])
  })

  test('is given inputs and silence first, then the station with all that it told, then recordings', async () => {
    const input = { slot: 0, label: 'mic', gainDb: -3, muted: false }
    const recordings = { listening: null, broadcast: recording }
    expect(await asked({ ...idle, broadcast, inputs: [input], muted: true, recordings })).toEqual([
      { name: 'set-input', ...input },
      { name: 'mute', muted: true },
      {
        name: 'go-on-air',
        station: 'kitchen',
        title: 'Kitchen',
        description: 'Songs',
        profile: 'voice',
        bitrate: 32_000,
      },
      { name: 'set-now-playing', text: 'Soup' },
      { name: 'record', what: 'broadcast', isOn: true },
    ])
  })

  test('listens to the same station with the same buffer, and records it when that was asked for', async () => {
    const recordings = { listening: recording, broadcast: null }
    expect(await asked({ ...idle, listening, recordings })).toEqual([
      { name: 'listen', link: 'pearcast://heard', buffer: 'robust' },
      { name: 'record', what: 'listening', isOn: true },
    ])
  })

  test('is not asked for more once it refused, nor for what was about to end', async () => {
    const recordings = { listening: recording, broadcast: recording }
    expect(await asked({ ...idle, listening, recordings }, 'listen')).toHaveLength(1)
    expect(await asked({ ...idle, broadcast, recordings }, 'go-on-air')).toHaveLength(1)
    expect(await asked({ ...idle, broadcast: { ...broadcast, phase: 'stopping' } })).toEqual([])
  })
})
