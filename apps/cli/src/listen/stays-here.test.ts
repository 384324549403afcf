import { expect, test } from 'vitest'
import { staysHere } from './stays-here.ts'

const here = { host: '127.0.0.1', port: 49737 }
const elsewhere = { host: '203.0.113.7', port: 49737 }

test('who listens on a DHT of this computer is told that nothing is passed on, and what does', () => {
  expect(staysHere('auto', [here, { host: 'localhost', port: 1 }])).toMatch(
    /not passed on.*"pearcast relay LINK"/,
  )
})

test('nothing is said where others may come, or where nobody wants it', () => {
  expect(staysHere('auto', undefined)).toBeUndefined()
  expect(staysHere('auto', [here, elsewhere])).toBeUndefined()
  expect(staysHere('off', [here])).toBeUndefined()
})
