import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineState, FromEngine } from '@pearcast/engine/schema'
import type { FromEngineProcess, ToEngine } from './messages.ts'
import { PagePort, type RawPort } from './page-port.ts'
import { EngineService } from './service.ts'

const LINK = 'pearcast://typo'
let folder: string
let said: FromEngineProcess[]
let hasExited: boolean
let service: EngineService
let tell: (message: ToEngine, ports?: RawPort[]) => void
const opened: MessagePort[] = []

/** A page's end of a MessageChannel, and what came out of it. */
class Page {
  readonly got: unknown[] = []
  readonly port: MessagePort
  readonly given: RawPort

  constructor() {
    const { port1, port2 } = new MessageChannel()
    opened.push(port1, port2)
    this.port = port1
    this.port.on('message', (message: unknown) => this.got.push(message))
    this.given = {
      postMessage: (message) => port2.postMessage(message),
      start: () => {},
      close: () => port2.close(),
      on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
        event === 'message'
          ? port2.on('message', (data: unknown) => listener({ data }))
          : port2.on('close', () => listener({ data: undefined })),
    }
  }

  messages(): FromEngine[] {
    return this.got.filter((each) => typeof each === 'string').map((each) => JSON.parse(each))
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-service-'))
  ;[said, hasExited] = [[], false]
  const parent = {
    postMessage: (message: FromEngineProcess) => said.push(message),
    on: (_: string, listener: (event: { data: ToEngine; ports: RawPort[] }) => void) => {
      tell = (data, ports = []) => listener({ data, ports })
    },
  }
  const args = { folder: join(folder, 'keys'), bootstrap: [] }
  service = await EngineService.start(args, parent, () => (hasExited = true))
})
afterEach(async () => {
  if (!hasExited) await service.close()
  for (const port of opened.splice(0)) port.close()
  await rm(folder, { recursive: true })
})

test('a page gets the state, sends commands, and what it does is told to the main process', async () => {
  expect(said.at(-1)).toEqual({ type: 'ready' })
  const page = new Page()
  tell({ type: 'page' }, [page.given])
  await expect.poll(() => page.messages()[0]?.type).toBe('hello')
  const create = { name: 'create-station', title: 'Kitchen Radio' }
  page.port.postMessage(JSON.stringify({ type: 'command', id: 1, command: create }))
  await expect.poll(() => page.messages().at(-1)).toMatchObject({ type: 'reply', id: 1, ok: true })
  tell({ type: 'command', command: { name: 'mute', muted: true } })
  await expect.poll(() => said.at(-1)).toMatchObject({ type: 'status', status: { isMuted: true } })
  // The page is not answered for what it did not ask.
  expect(page.messages().filter(({ type }) => type === 'reply')).toHaveLength(1)
})

test('without a page it goes on, and what is done outside of one is done', async () => {
  const page = new Page()
  tell({ type: 'page' }, [page.given])
  await expect.poll(() => page.messages().length).toBeGreaterThan(0)
  page.port.close()
  tell({ type: 'command', command: { name: 'mute', muted: true } })
  await expect.poll(() => said.at(-1)).toMatchObject({ status: { isMuted: true } })
  const next = new Page()
  tell({ type: 'page' }, [next.given])
  await expect.poll(() => next.messages()[0]).toMatchObject({ type: 'hello', state: { muted: true } })
})

test('a link waits for a page that can show it', async () => {
  tell({ type: 'open-link', link: LINK })
  const page = new Page()
  tell({ type: 'page' }, [page.given])
  await expect.poll(() => page.messages()).toContainEqual({ type: 'open-link', link: LINK })
  tell({ type: 'open-link', link: LINK })
  await expect.poll(() => page.messages().filter(({ type }) => type === 'open-link')).toHaveLength(2)
})

test('closed, it says so and exits', async () => {
  tell({ type: 'close' })
  await expect.poll(() => hasExited).toBe(true)
  expect(said.at(-1)).toEqual({ type: 'closed' })
})

test('what a page has not taken counts as waiting, until it says how much it took', async () => {
  const page = new Page()
  const states: EngineState[] = []
  const port = new PagePort(page.given, (state) => states.push(state))
  // A part of a pool must not take the pool along.
  port.send(Buffer.from('x'.repeat(100)))
  port.send(new Uint8Array(28))
  expect(port.bufferedBytes).toBe(128)
  await expect.poll(() => page.got.length).toBe(2)
  const [first] = page.got
  expect(first instanceof Uint8Array && first.buffer.byteLength).toBe(100)
  page.port.postMessage(128)
  await expect.poll(() => port.bufferedBytes).toBe(0)
  const heard: unknown[] = []
  // A port has one user: no list of them to add to.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  port.onmessage = (message) => void heard.push(message)
  page.port.postMessage(new Uint8Array(40))
  page.port.postMessage({ no: 'message' })
  page.port.postMessage('text')
  await expect.poll(() => heard.length).toBe(2)
  await expect.poll(() => page.got.at(-1)).toBe(40)
})
