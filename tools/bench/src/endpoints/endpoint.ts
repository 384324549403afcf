import { serve } from '../process/calls.ts'

/** Loaded only where it is used: what a process has in memory is measured. */
const ENDPOINTS: Readonly<Record<string, () => Promise<object>>> = {
  'dgram-sender': async () => new (await import('./dgram.ts')).DgramSender(),
  'dgram-receiver': async () => new (await import('./dgram.ts')).DgramReceiver(),
  'udx-sender': async () => new (await import('./udx.ts')).UdxSender(false),
  'udx-receiver': async () => new (await import('./udx.ts')).UdxReceiver(false),
  'sealed-sender': async () => new (await import('./udx.ts')).UdxSender(true),
  'sealed-receiver': async () => new (await import('./udx.ts')).UdxReceiver(true),
  'swarm-receiver': async () => new (await import('./swarm-receiver.ts')).SwarmReceiver(),
  'hop-receiver': async () => new (await import('./hop-receiver.ts')).HopReceiver(),
  'webrtc-ndc-sender': async () => new (await import('./webrtc.ts')).WebrtcSender('ndc'),
  'webrtc-ndc-receiver': async () => new (await import('./webrtc.ts')).WebrtcReceiver('ndc'),
  'webrtc-werift-sender': async () => new (await import('./webrtc.ts')).WebrtcSender('werift'),
  'webrtc-werift-receiver': async () => new (await import('./webrtc.ts')).WebrtcReceiver('ndc'),
  'icecast-receiver': async () => new (await import('./icecast.ts')).IcecastReceiver(),
  'janus-load': async () => new (await import('./janus.ts')).JanusLoad(),
  'coturn-load': async () => new (await import('./turn.ts')).TurnLoad(),
}

/** One end of a measured connection, in a process of its own: `main.ts endpoint NAME`. */
export async function runEndpoint(name: string): Promise<void> {
  const open = ENDPOINTS[name]
  if (open === undefined) throw new Error(`there is no endpoint ${name}`)
  // Calls may come before it is loaded.
  process.on('disconnect', () => process.exit())
  const early: unknown[] = []
  const keep = (message: unknown): void => void early.push(message)
  process.on('message', keep)
  const calls = await open()
  process.off('message', keep)
  serve(calls)
  for (const message of early) process.emit('message', message, undefined)
}
