import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { afterAll, describe, expect, test } from 'vitest'
import { readStations } from './stations-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-stations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linkOf = (n: number): string => formatLink(sodium, { stationKey: new Uint8Array(32).fill(n) })
const jazz = linkOf(1)
const news = linkOf(2)

function fileOf(text: string): string {
  const file = join(folder, 'stations.txt')
  writeFileSync(file, text)
  return file
}

const linksIn = async (text: string): Promise<string[]> =>
  (await readStations(fileOf(text))).map(({ text: link }) => link)

describe('a stations file', () => {
  test('has one link a line, comments and blank lines between them', async () => {
    const text = `# what we carry\n\n${jazz}   # all day\n  ${news.toUpperCase()}\n`
    expect(await linksIn(text)).toEqual([jazz, news])
  })

  test('may come from Windows, be empty, and name a station twice', async () => {
    expect(await linksIn(`\uFEFF${jazz}\r\n${news}\r\n${jazz}/\r\n`)).toEqual([jazz, news])
    expect(await linksIn('')).toEqual([])
    expect(await linksIn('# nothing yet')).toEqual([])
  })

  test.each([
    [`${jazz}\n\nhttp://example.org\n`, /stations\.txt:3: .*a station link starts with pearcast:/],
    [`# x\n${jazz.slice(0, -1)}y\n`, /stations\.txt:2: the link has a typo/],
    [`${jazz} ${news}\n`, /stations\.txt:1: /],
    [`${jazz}#evening\n`, /stations\.txt:1: /],
    ['x'.repeat(300_000), /stations\.txt cannot be read: it has 300000 bytes/],
    [Array.from({ length: 300 }, (_, n) => bigLink(n)).join('\n'), /stations\.txt:257: more than 256/],
  ])('%# says in which line it is wrong', async (text, message) => {
    await expect(readStations(fileOf(text))).rejects.toThrow(message)
    await expect(readStations(fileOf(text))).rejects.toMatchObject({ code: 'STATIONS_FILE' })
  })

  test('that is not there is told as such', async () => {
    await expect(readStations(join(folder, 'nothing'))).rejects.toThrow(
      /nothing cannot be read: there is no such file/,
    )
  })
})

function bigLink(n: number): string {
  const stationKey = new Uint8Array(32)
  new DataView(stationKey.buffer).setUint32(0, n)
  return formatLink(sodium, { stationKey })
}
