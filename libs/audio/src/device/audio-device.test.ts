import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../testing/paths.ts'
import { missingAudioDevice } from './audio-device.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('a sound server that answers on its socket is a device', async () => {
  const path = join(await temporaryFolder(), 'native')
  const server = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(path, resolve))
  vi.stubEnv('PULSE_SERVER', `unix:${path}`)
  try {
    expect(await missingAudioDevice('output')).toBeUndefined()
  } finally {
    server.close()
  }
})

test('a sound server on another machine may be a device', async () => {
  vi.stubEnv('PULSE_SERVER', 'tcp:studio.example:4713')
  expect(await missingAudioDevice('output')).toBeUndefined()
})
