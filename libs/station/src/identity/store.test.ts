import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sodium from 'sodium-universal'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIdentity, withFreshCertificate } from './identity.ts'
import { IdentityStore } from './store.ts'

let folder: string
let store: IdentityStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-store-'))
  store = new IdentityStore(folder)
})
afterEach(() => rm(folder, { recursive: true }))

describe('the stations of a user', () => {
  test('are made on first use and are the same ones later, so that the link stays', async () => {
    const first = await store.open('jazz')
    expect(store.link(await store.open('jazz'))).toBe(store.link(first))
    expect(store.link(await store.open('news'))).not.toBe(store.link(first))
  })

  test('are readable by their owner only, and written without leftovers', async () => {
    await store.open('jazz')
    const files = await readdir(join(folder, 'stations'))
    expect(files).toEqual(['jazz.json'])
    if (process.platform !== 'win32') {
      expect((await stat(join(folder, 'stations', 'jazz.json'))).mode & 0o777).toBe(0o600)
    }
  })

  test.each(['', '../up', 'a/b', '.hidden', 'x'.repeat(65), 'con', 'NUL.x', 'dot.'])(
    'refuse the name %j',
    async (name) => {
      await expect(store.open(name)).rejects.toMatchObject({ code: 'STATION_NAME' })
    },
  )

  test.each([
    ['half a file', (text: string) => text.slice(0, 40), /cannot be read/],
    ['another version', (text: string) => text.replace('"version": 1', '"version": 9'), /version 9/],
    ['a missing key', (text: string) => text.replace('stationSeed', 'seed'), /stationSeed/],
    ['a term that is no number', (text: string) => text.replace('"term": 0', '"term": "0"'), /"term"/],
  ])('refuse %s with what to do, and leave the file as it is', async (_, damage, message) => {
    await store.open('jazz')
    const file = join(folder, 'stations', 'jazz.json')
    const damaged = damage(await readFile(file, 'utf8'))
    await writeFile(file, damaged)
    await expect(store.open('jazz')).rejects.toMatchObject({ code: 'STATION_FILE' })
    await expect(store.open('jazz')).rejects.toThrow(message)
    await expect(store.open('jazz')).rejects.toThrow(/backup/)
    expect(await readFile(file, 'utf8')).toBe(damaged)
  })
})

describe('managing stations', () => {
  const CHEAP = { passes: 1, memoryBytes: 8192 }
  const PASSPHRASE = 'correct horse battery'

  test('they are listed by name, whatever else lies in the folder', async () => {
    expect(await store.names()).toEqual([])
    await store.create('news')
    await store.create('jazz')
    await writeFile(join(folder, 'stations', '.DS_Store'), '')
    await writeFile(join(folder, 'stations', 'jazz.json.17.tmp'), '')
    expect(await store.names()).toEqual(['jazz', 'news'])
  })

  test('none is made twice, and one that is missing is told with those that are there', async () => {
    await store.create('jazz')
    await expect(store.create('jazz')).rejects.toMatchObject({ code: 'STATION_EXISTS' })
    await expect(store.load('jaz')).rejects.toMatchObject({ code: 'STATION_MISSING' })
    await expect(store.load('jaz')).rejects.toThrow(/There are: jazz\./)
  })

  test('a renamed one keeps its link and its term', async () => {
    const before = await store.takeTerm(await store.create('jazz'))
    await store.create('news')
    await expect(store.rename('jazz', 'news')).rejects.toMatchObject({ code: 'STATION_EXISTS' })
    await store.rename('jazz', 'blues')
    expect(await store.names()).toEqual(['blues', 'news'])
    const after = await store.load('blues')
    expect(after.term).toBe(before.term)
    expect(store.link(after)).toBe(store.link(before))
  })

  test('a removed one is gone, also when its file was damaged', async () => {
    await store.create('jazz')
    await writeFile(join(folder, 'stations', 'jazz.json'), '{')
    await store.remove('jazz')
    expect(await store.names()).toEqual([])
    await expect(store.remove('jazz')).rejects.toMatchObject({ code: 'STATION_MISSING' })
  })

  test('an exported one is the same station elsewhere, under any name', async () => {
    const jazz = await store.takeTerm(await store.create('jazz'))
    const text = await store.export('jazz', PASSPHRASE, CHEAP)
    const elsewhere = new IdentityStore(join(folder, 'elsewhere'))
    expect(store.link(await elsewhere.import(text, PASSPHRASE))).toBe(store.link(jazz))
    const third = new IdentityStore(join(folder, 'third'))
    expect(await third.import(text, PASSPHRASE, 'blues')).toMatchObject({ name: 'blues', term: jazz.term })
    expect(await third.names()).toEqual(['blues'])
  })

  test('one that is here under another name is not imported a second time', async () => {
    const text = await store.create('jazz').then(() => store.export('jazz', PASSPHRASE, CHEAP))
    await store.create('damaged')
    await writeFile(store.fileOf('damaged'), '{')
    const again = store.import(text, PASSPHRASE, 'blues')
    await expect(again).rejects.toMatchObject({ code: 'STATION_EXISTS' })
    await expect(again).rejects.toThrow(/here already, as "jazz".*rename/)
    expect(await store.names()).toEqual(['damaged', 'jazz'])
  })

  test('an import never replaces another station, nor a higher term of the same one', async () => {
    const text = await store.create('jazz').then(() => store.export('jazz', PASSPHRASE, CHEAP))
    const { term } = await store.takeTerm(await store.load('jazz'))
    expect((await store.import(text, PASSPHRASE)).term).toBe(term)
    await store.create('news')
    await expect(store.import(text, PASSPHRASE, 'news')).rejects.toMatchObject({ code: 'STATION_EXISTS' })
  })

  test('a file copied by hand counts under the name it has now', async () => {
    await store.create('jazz')
    await copyFile(store.fileOf('jazz'), store.fileOf('copy'))
    await store.takeTerm(await store.open('copy'))
    expect((await store.load('jazz')).term).toBe(0)
  })

  test.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o602])(
    'one whose file has mode %o is refused with what to do',
    async (mode) => {
      await store.create('jazz')
      await chmod(store.fileOf('jazz'), mode)
      for (const attempt of [() => store.open('jazz'), () => store.load('jazz')]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'STATION_FILE' })
        await expect(attempt()).rejects.toThrow(/chmod 600/)
      }
    },
  )
})

describe('terms', () => {
  test('grow with each run and are stored before they are used', async () => {
    const identity = await store.open('jazz')
    const first = await store.takeTerm(identity)
    const second = await store.takeTerm(identity)
    expect(first.term).toBeGreaterThan(Date.now() / 1000 - 60)
    expect(second.term).toBeGreaterThan(first.term)
    expect((await store.open('jazz')).term).toBe(second.term)
  })

  test('heard by a listener are remembered as the highest, never a lower one', async () => {
    const { publicKey } = (await store.open('jazz')).station
    expect(await store.lastHeard(publicKey)).toBeUndefined()
    await store.remember(publicKey, { generation: 1, term: 20 })
    await store.remember(publicKey, { generation: 1, term: 10 })
    expect(await store.lastHeard(publicKey)).toEqual({ generation: 1, term: 20 })
    await store.remember(publicKey, { generation: 2, term: 1 })
    expect(await store.lastHeard(publicKey)).toEqual({ generation: 2, term: 1 })
  })
})

describe('an encoder certificate', () => {
  const NOW_S = 1_800_000_000

  test('is renewed when less than a month is left, and only then', () => {
    const identity = createIdentity(sodium, 'jazz', NOW_S)
    expect(withFreshCertificate(sodium, identity, NOW_S + 50 * 86_400)).toBe(identity)
    const renewed = withFreshCertificate(sodium, identity, NOW_S + 65 * 86_400)
    expect(renewed.certificate.notAfterS).toBeGreaterThan(NOW_S + 150 * 86_400)
    expect(renewed.certificate.generation).toBe(identity.certificate.generation)
    expect(renewed.station).toBe(identity.station)
  })
})
