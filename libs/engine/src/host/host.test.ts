import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Engine } from '../engine.ts'
import { EngineHost } from './host.ts'

let folder: string
let engine: Engine
let host: EngineHost
let origin: string
let token: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-host-'))
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true })
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(folder, 'dist', 'assets', 'app-1a2b.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  engine = await Engine.open({ folder, path: 'swarm', bootstrap: [] })
  host = await EngineHost.open({ engine, folder: join(folder, 'dist') })
  const url = new URL(host.issueUrl())
  origin = url.origin
  token = url.hash.slice('#token='.length)
})
afterEach(async () => {
  await engine.close()
  await host.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  body: string
  headers: Record<string, unknown>
}

/** A request as another program could make it: `fetch` would not let us choose Host. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}${path}`, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: text, headers: { ...response.headers } }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function openSession(): Promise<string> {
  const { body, status } = await ask('/session', { method: 'POST', headers: { origin }, body: token })
  expect(status).toBe(200)
  return body
}

/** @returns the first message, or 'refused' */
function connect(protocols: string[], headers: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/engine`, protocols, { headers })
    socket.on('message', (data: Buffer) => {
      resolve(data.toString())
      socket.close()
    })
    socket.on('error', () => resolve('refused'))
  })
}

const PROTOCOL = 'pearcast.engine.1'

describe('the host', () => {
  test('gives the page, whatever its path, only with strict headers', async () => {
    const { body, headers, status } = await ask('/')
    expect([status, body]).toEqual([200, '<!doctype html><title>page</title>'])
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/,
    )
    expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'/)
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect((await ask('/assets/app-1a2b.js')).headers['content-type']).toMatch(/javascript/)
  })

  test('gives no other file of the disk', async () => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '//secret.txt'])
      expect((await ask(path)).status, path).toBe(404)
  })

  test('talks to a page that redeemed its token, which is good once', async () => {
    const secret = await openSession()
    const hello = await connect([PROTOCOL, `secret.${secret}`], { origin })
    expect(JSON.parse(hello)).toMatchObject({
      type: 'hello',
      version: 1,
      state: { listening: null, broadcast: null },
    })
    const again = await ask('/session', { method: 'POST', headers: { origin }, body: token })
    expect([again.status, again.body]).toEqual([403, ''])
    // A reload has the secret still.
    expect(await connect([PROTOCOL, `secret.${secret}`], { origin })).toMatch(/"hello"/)
  })

  test('a page from elsewhere gets nothing', async () => {
    const elsewhere = 'https://evil.example'
    const stolen = await ask('/session', { method: 'POST', headers: { origin: elsewhere }, body: token })
    expect([stolen.status, stolen.body]).toEqual([403, ''])
    const unnamed = await ask('/session', { method: 'POST', body: token })
    expect(unnamed.status).toBe(403)
    const secret = await openSession()
    for (const from of [elsewhere, 'null', origin.replace('127.0.0.1', 'localhost'), 'http://127.0.0.1:1'])
      expect(await connect([PROTOCOL, `secret.${secret}`], { origin: from }), from).toBe('refused')
  })

  test('a name that was made to point here gets nothing', async () => {
    const port = new URL(origin).port
    for (const name of [`evil.example:${port}`, `localhost:${port}`, '127.0.0.1']) {
      const { body, status } = await ask('/', { headers: { host: name } })
      expect([status, body], name).toEqual([421, ''])
      const rebound = { host: name, origin: `http://${name}` }
      expect((await ask('/session', { method: 'POST', headers: rebound, body: token })).status).toBe(421)
    }
    const secret = await openSession()
    const name = `evil.example:${port}`
    expect(await connect([PROTOCOL, `secret.${secret}`], { host: name, origin: `http://${name}` })).toBe(
      'refused',
    )
    expect(await connect([PROTOCOL, `secret.${secret}`], { host: name, origin })).toBe('refused')
  })

  test('another program of this computer, which has no token, gets nothing', async () => {
    for (const protocols of [
      [PROTOCOL],
      [PROTOCOL, 'secret.'],
      [PROTOCOL, 'secret.guess'],
      [PROTOCOL, `secret.${token}`],
    ])
      expect(await connect(protocols, { origin }), protocols.join()).toBe('refused')
    const guess = await ask('/session', { method: 'POST', headers: { origin }, body: 'guess' })
    expect([guess.status, guess.body]).toEqual([403, ''])
    const long = ask('/session', { method: 'POST', headers: { origin }, body: 'x'.repeat(100_000) })
    await expect(long).rejects.toBeInstanceOf(Error)
    // Guessing does not use up the token.
    await openSession()
  })

  test('lets the pages of a host before it in again, and only them', async () => {
    const known: string[] = []
    const second = await EngineHost.open({
      engine,
      folder: join(folder, 'dist'),
      onSessions: (hashes) => known.splice(0, known.length, ...hashes),
    })
    const url = new URL(second.issueUrl())
    const session = {
      method: 'POST',
      headers: { origin: url.origin },
      body: url.hash.slice('#token='.length),
    }
    origin = url.origin
    const { body: secret } = await ask('/session', session)
    await second.close()
    expect(known).toHaveLength(1)
    expect(known[0]).not.toContain(secret)
    const port = Number(url.port)
    const third = await EngineHost.open({ engine, folder: join(folder, 'dist'), port, sessions: known })
    try {
      expect(await connect([PROTOCOL, `secret.${secret}`], { origin })).toMatch(/"hello"/)
      expect(await connect([PROTOCOL, `secret.${known[0]?.replaceAll(/[+/=]/g, '')}`], { origin })).toBe(
        'refused',
      )
    } finally {
      await third.close()
    }
  })

  test('says so when the page was not built, and when the port is taken', async () => {
    await expect(EngineHost.open({ engine, folder })).rejects.toMatchObject({ code: 'PAGE_NOT_BUILT' })
    const port = Number(new URL(origin).port)
    const taken = EngineHost.open({ engine, folder: join(folder, 'dist'), port })
    await expect(taken).rejects.toMatchObject({ code: 'PORT_TAKEN' })
  })
})
