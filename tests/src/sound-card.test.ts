import { writeFile } from 'node:fs/promises'
import { decodeFile } from '@pearcast/audio'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { bestSecond, type BestSecond } from './testing/heard.ts'
import { whereUnhindered } from './testing/machine.ts'
import { Lab, ROOT } from './testing/pearcast.ts'
import { ffmpeg, pcmOf, SoundServer, testWith } from './testing/tools.ts'

const SAMPLE = `${ROOT}/samples/first-light.flac`
/** of stereo, in samples */
const withSound = testWith('pulseaudio', 'pactl', 'ffmpeg')

let lab: Lab
let sound: SoundServer
beforeEach(async () => {
  lab = await Lab.open()
  sound = new SoundServer(lab.folder, ['desk', 'headset'])
  Object.assign(lab.env, sound.env)
})
afterEach(async () => {
  await sound.kill()
  await lab.close()
})

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Against the sample: a virtual card under load drops something now and then. */
const likeness = async (heard: Float32Array): Promise<BestSecond> =>
  bestSecond(heard, (await decodeFile(SAMPLE)).pcm)

describe('a sound card', () => {
  withSound('is listed, its default marked', async () => {
    await sound.start()
    const run = lab.run('devices')
    expect(await run.exited, run.stderr).toBe(0)
    const devices = run.of('devices')[0]
    expect(devices).toMatchObject({
      system: 'pulse',
      inputs: [
        { id: 'desk.monitor', isDefault: true },
        { id: 'headset.monitor', isDefault: false },
      ],
      outputs: [{ id: 'desk' }, { id: 'headset' }],
    })
  })

  withSound('plays the station, at the volume and on the device that were asked for', async () => {
    await sound.start()
    const { link } = await lab.broadcast(SAMPLE, '--loop')
    const listener = lab.listen(link, '--volume', '50', '--device', 'headset', '--buffer', '200')
    await listener.until('first-audio')
    await later(1500)
    const [heard, silent] = await Promise.all([sound.record('headset', 4), sound.record('desk', 1)])
    expect(new Set(silent)).toEqual(new Set([0]))
    const { correlation, dB } = await likeness(pcmOf(heard))
    whereUnhindered('how it sounds', () => {
      expect(correlation).toBeGreaterThan(0.5)
      expect(dB).toBeGreaterThan(-8)
      expect(dB).toBeLessThan(-4)
    })
    await listener.stop()
  })

  withSound('that is lost is told and tried again, and heard again when it is back', async () => {
    await sound.start()
    const { link } = await lab.broadcast('tone')
    const listener = lab.listen(link)
    await listener.until('first-audio')
    await later(1000)
    await sound.kill()
    expect(await listener.until('output', 30_000)).toMatchObject({ state: 'lost' })
    const { framesPlayed: before } = await listener.until('stats', 5000, listener.events.length)
    await later(1500)
    const { framesPlayed: after } = await listener.until('stats', 5000, listener.events.length)
    expect(Number(after)).toBeGreaterThan(Number(before))
    await sound.start()
    await listener.until((event) => event.event === 'output' && event['state'] === 'back', 20_000)
    await later(1500)
    const heard = await sound.record('desk', 1)
    expect(heard.some((byte) => byte !== 0)).toBe(true)
    expect(await listener.stop('SIGTERM')).toBe(0)
  })

  withSound(
    'that is unknown is refused, with those that are there: exit code 6, 3 for an input',
    async () => {
      await sound.start()
      const { link } = await lab.broadcast('tone')
      const listener = lab.listen(link, '--device', 'kitchen')
      expect(await listener.exited).toBe(6)
      expect(listener.of('error')[0]).toMatchObject({
        code: 'OUTPUT_DEVICE_UNKNOWN',
        message: expect.stringMatching(/"kitchen".*"desk", "headset"/),
      })
      const broadcaster = lab.run('broadcast', 'mic:kitchen')
      expect(await broadcaster.exited).toBe(3)
      expect(broadcaster.of('error')[0]).toMatchObject({
        code: 'INPUT_DEVICE_UNKNOWN',
        message: expect.stringMatching(/"kitchen".*"desk.monitor"/),
      })
    },
  )
})

describe('a microphone', () => {
  withSound('is heard by the listener', async () => {
    await sound.start()
    const file = lab.path('played.wav')
    await writeFile(file, ffmpeg('-i', SAMPLE, '-t', '20', '-ac', '2', '-ar', '48000', '-f', 'wav', '-'))
    const player = sound.play(file, 'headset')
    try {
      const { broadcaster, link } = await lab.broadcast('mic:headset')
      const listener = lab.listen(
        link,
        '--output',
        lab.path('heard.wav'),
        '--buffer',
        '400',
        '--duration',
        '6',
      )
      expect(await listener.exited, listener.stderr).toBe(0)
      expect(broadcaster.of('source')[0]).toMatchObject({ state: 'live' })
      const heard = await decodeFile(lab.path('heard.wav'))
      const { correlation } = await likeness(heard.pcm)
      whereUnhindered('how it sounds', () => expect(correlation).toBeGreaterThan(0.5))
      const level = broadcaster.of('stats').at(-1)?.['level']
      expect(level).toMatchObject({ peakDb: [expect.any(Number), expect.any(Number)] })
      expect(await broadcaster.stop('SIGTERM')).toBe(0)
    } finally {
      player.kill('SIGKILL')
    }
  })

  withSound('that is pulled out is told, the station stays on air, and is live again with it', async () => {
    await sound.start()
    const { broadcaster, link } = await lab.broadcast('mic')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    await sound.kill()
    await broadcaster.until('input-lost')
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'stalled')
    const from = broadcaster.events.length
    await later(1500)
    await sound.start()
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'live', 25_000, from)
    expect(listener.of('off-air')).toEqual([])
    expect(await broadcaster.stop('SIGTERM')).toBe(0)
  })
})
