import type { Command, EngineState } from '@pearcast/engine/schema'

type Ask = (command: Command) => Promise<{ ok: boolean }>

/** What an engine did when it ended, asked of the next one. Its inputs are captured still. */
export async function restore(before: EngineState, ask: Ask): Promise<void> {
  await Promise.all([restoreListening(before, ask), restoreBroadcast(before, ask)])
}

async function restoreListening({ listening, recordings }: EngineState, ask: Ask): Promise<void> {
  if (listening === null) return
  const reply = await ask({ name: 'listen', link: listening.link, buffer: listening.buffer })
  if (reply.ok && recordings.listening?.isRunning === true)
    await ask({ name: 'record', what: 'listening', isOn: true })
}

async function restoreBroadcast(before: EngineState, ask: Ask): Promise<void> {
  const { broadcast, inputs, muted, recordings } = before
  await Promise.all(inputs.map((input) => ask({ name: 'set-input', ...input })))
  if (muted) await ask({ name: 'mute', muted })
  if (broadcast === null || broadcast.phase === 'stopping') return
  const { bitrate, description, nowPlaying, profile, station, title } = broadcast
  const reply = await ask({ name: 'go-on-air', station, title, description, profile, bitrate })
  if (!reply.ok) return
  if (nowPlaying !== '') await ask({ name: 'set-now-playing', text: nowPlaying })
  if (recordings.broadcast?.isRunning === true) await ask({ name: 'record', what: 'broadcast', isOn: true })
}
