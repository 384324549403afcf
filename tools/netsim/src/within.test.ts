import { expect, test } from 'vitest'
import { within } from './within.ts'

test('what ends in time is what it would have been', async () => {
  await expect(within(10_000, 'a sum', Promise.resolve(3))).resolves.toBe(3)
  await expect(within(10_000, 'a sum', Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('what does not end is an error that says so', async () => {
  await expect(within(10, 'A sum', new Promise(() => undefined))).rejects.toMatchObject({
    code: 'LAB_HUNG',
    message: 'A sum took longer than 0.01 s: see the logs of the processes, and end what is left of them.',
  })
})
