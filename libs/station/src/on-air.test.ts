import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createTestnet from '@hyperswarm/testnet'
import { openSink } from '@pearcast/audio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Listener, type BroadcastEvent, type ListenEvent, type PathMode, type RtcChoice } from './index.ts'
import { createToneStation } from './testing/tone-station.ts'

let dht: Awaited<ReturnType<typeof createTestnet>>
let folder: string

beforeAll(async () => {
  dht = await createTestnet(4)
  folder = await mkdtemp(join(tmpdir(), 'pearcast-station-'))
})

afterAll(async () => {
  await dht.destroy()
  await rm(folder, { recursive: true })
})

interface Heard {
  broadcast: BroadcastEvent[]
  listen: ListenEvent[]
}

async function airAndListen(
  path: PathMode,
  durationS: number,
  [sender, receiver]: [RtcChoice?, RtcChoice?] = [],
): Promise<Heard> {
  const options = { name: `test-${path}`, path, rtc: sender, waitListeners: 1 }
  const { broadcaster, events, link } = await createToneStation(folder, dht.bootstrap, options)
  const heard: Heard = { broadcast: events, listen: [] }
  const listener = new Listener({
    link,
    sink: await openSink('null', { channels: 2 }),
    bootstrap: dht.bootstrap,
    path,
    rtc: receiver,
    durationS,
    onEvent: (event) => {
      heard.listen.push(event)
      // It has switched, and says how that went: a computer that is held up may take several attempts until then.
      if (event.event === 'path') setTimeout(() => void listener.stop(), 2000)
    },
  })
  try {
    await broadcaster.start()
    await listener.start()
    await listener.ended
  } finally {
    await listener.stop()
    await broadcaster.stop()
  }
  return heard
}

function ended(heard: Heard): Extract<ListenEvent, { event: 'ended' }> {
  const last = heard.listen.at(-1)
  if (last?.event !== 'ended') throw new Error(`the last event is ${last?.event}, not "ended"`)
  return last
}

describe('a station heard over loopback', () => {
  test('by swarm: frames are played, each once', async () => {
    const heard = await airAndListen('swarm', 2)
    const end = ended(heard)
    // Of 100: a computer that is held up plays less in 2 s. All three run in this one process.
    expect(end.framesPlayed).toBeGreaterThan(40)
    expect(end).toMatchObject({ framesDuplicate: 0, path: 'swarm', via: 'lan', reason: 'duration' })
    expect(end.framesByPath.swarm).toBe(end.framesPlayed)
    expect(end.framesSent).toBe(end.framesPlayed + end.framesConcealed + end.framesLost)
    expect(heard.broadcast.map(({ event }) => event)).toContain('listener-joined')
    expect(heard.broadcast.map(({ event }) => event)).toContain('listener-left')
  })

  test('by auto: sound starts by swarm and moves to webrtc without a frame doubled', async () => {
    const heard = await airAndListen('auto', 14)
    const end = ended(heard)
    expect(end.framesDuplicate).toBe(0)
    expect(end.framesByPath.swarm).toBeGreaterThan(0)
    expect(end.framesByPath.webrtc).toBeGreaterThan(20)
    const switches = heard.listen.filter(({ event }) => event === 'path')
    expect(switches[0]).toMatchObject({ from: 'swarm', to: 'webrtc', via: 'webrtc' })
    // As often on either side: that WebRTC ends with the listening is no news.
    const seen = heard.broadcast.filter(({ event }) => event === 'listener-path')
    expect(seen[0]).toMatchObject({ from: 'swarm', path: 'webrtc' })
    expect(seen).toHaveLength(switches.length)
  })

  test('by auto, with the other WebRTC stack at the listener', async () => {
    const end = ended(await airAndListen('auto', 14, ['ndc', 'werift']))
    expect(end.framesDuplicate).toBe(0)
    expect(end.framesByPath.webrtc).toBeGreaterThan(20)
  })

  test('by auto, with no WebRTC at the listener: swarm it stays', async () => {
    const end = ended(await airAndListen('auto', 2, ['ndc', 'none']))
    expect(end).toMatchObject({ path: 'swarm' })
    expect(end.framesByPath.webrtc).toBe(0)
  })

  test('by webrtc alone: no frame comes by swarm', async () => {
    const end = ended(await airAndListen('webrtc', 2))
    expect(end).toMatchObject({ path: 'webrtc' })
    expect(end.framesByPath.webrtc).toBeGreaterThan(20)
    expect(end.framesByPath.swarm).toBe(0)
  })
})
