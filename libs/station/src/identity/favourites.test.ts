import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Favourites } from './favourites.ts'

const JAZZ = formatLink(sodium, { stationKey: new Uint8Array(32).fill(1) })
const NEWS = formatLink(sodium, { stationKey: new Uint8Array(32).fill(2) })
let folder: string
let favourites: Favourites

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-favourites-'))
  favourites = new Favourites(join(folder, 'home'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a station is found by the name it was kept under, by a later run as well', async () => {
  await favourites.save('news', NEWS)
  await favourites.save('jazz', ` ${JAZZ.toUpperCase()}/ `)
  expect(await new Favourites(join(folder, 'home')).link('jazz')).toBe(JAZZ)
  expect(await favourites.list()).toEqual([
    { name: 'jazz', link: JAZZ },
    { name: 'news', link: NEWS },
  ])
  if (process.platform !== 'win32') expect((await stat(favourites.file)).mode & 0o777).toBe(0o600)
})

test('a name never changes its station behind the back of its user', async () => {
  await favourites.save('jazz', JAZZ)
  await favourites.save('jazz', JAZZ)
  await expect(favourites.save('jazz', NEWS)).rejects.toMatchObject({ code: 'FAVOURITE_EXISTS' })
  expect(await favourites.link('jazz')).toBe(JAZZ)
})

test('one that is not kept is told with those that are', async () => {
  await expect(favourites.link('jazz')).rejects.toThrow(/None is kept yet/)
  await favourites.save('news', NEWS)
  await expect(favourites.link('jazz')).rejects.toThrow(/There are: news\./)
  await expect(favourites.remove('jazz')).rejects.toMatchObject({ code: 'FAVOURITE_MISSING' })
})

test('a removed one is gone', async () => {
  await favourites.save('jazz', JAZZ)
  await favourites.remove('jazz')
  expect(await favourites.list()).toEqual([])
})

test.each([
  ['half a file', '{"version":1,'],
  ['another version', '{"version":2,"favourites":[]}'],
  ['no list', '{"version":1}'],
  ['a link with a typo', `{"version":1,"favourites":[{"name":"jazz","link":"${NEWS.slice(0, -1)}y"}]}`],
  ['a name that is none', `{"version":1,"favourites":[{"name":"../x","link":"${NEWS}"}]}`],
])('%s is refused with what to do, and not overwritten', async (_, text) => {
  await favourites.save('jazz', JAZZ)
  await writeFile(favourites.file, text)
  await expect(favourites.save('news', NEWS)).rejects.toMatchObject({ code: 'FAVOURITES_FILE' })
  await expect(favourites.list()).rejects.toThrow(/Mend the file/)
})
