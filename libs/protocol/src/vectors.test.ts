import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { codeOf } from './testing/errors.ts'
import { makeVectors } from './testing/vectors.ts'

const folder = new URL('../vectors/', import.meta.url)

const sets = Object.entries(makeVectors()).map(([name, set]) => ({ name, ...set }))
const readable = sets.flatMap(({ name, file, decode }) => (decode ? [{ name, file, decode }] : []))

describe('the published vectors', () => {
  test('are the files that this library makes, and no others', () => {
    const names = sets.map(({ name }) => `${name}.json`)
    expect(readdirSync(folder).toSorted()).toEqual(names.toSorted())
  })

  // The files are what other implementations go by, so they are compared as a whole: what is decoded below is
  // what they hold.
  test.each(sets)('$name: encoding gives the file', ({ name, file }) => {
    expect(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))).toEqual(file)
  })

  test.each(readable)('$name: decoding gives the fields', ({ file, decode }) => {
    const decoded = file.cases.map(({ encoded }) => decode(encoded))
    expect(decoded).toEqual(file.cases.map(({ fields }) => fields))
  })

  test.each(readable)('$name: what is to be refused is refused, with its code', ({ file, decode }) => {
    const codes = file.refused.map(({ encoded }) => codeOf(() => decode(encoded)))
    expect(codes).toEqual(file.refused.map(({ error }) => error))
  })
})
