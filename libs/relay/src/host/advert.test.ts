import { expect, test } from 'vitest'
import { Advert } from './advert.ts'

test('who has a place free stands on the topic, who is full does not for long', () => {
  const advert = new Advert()
  expect(advert.look(true, 0, 1)).toBeUndefined()
  advert.setOpen(true)
  expect(advert.look(true, 0, 1)).toBe('announce')
  expect(advert.look(true, 10, 1)).toBeUndefined()
  expect(advert.look(false, 500, 1)).toBeUndefined()
  expect(advert.dueMs).toBe(2000)
  expect(advert.look(false, 2000, 1)).toBe('unannounce')
  expect(advert.look(true, 3000, 1)).toBeUndefined()
  expect(advert.dueMs).toBe(12_000)
  expect(advert.look(true, 12_000, 1)).toBe('announce')
})

test('who may not serve any more goes from the topic at once', () => {
  const advert = new Advert()
  advert.setOpen(true)
  advert.look(true, 0, 1)
  advert.setOpen(false)
  expect(advert.look(true, 1, 1)).toBe('unannounce')
  expect(advert.look(true, 2, 1)).toBeUndefined()
})

test('who is deep waits a second for each hop beyond the sixth', () => {
  const advert = new Advert()
  advert.setOpen(true)
  expect(advert.look(true, 1000, 8)).toBeUndefined()
  expect(advert.dueMs).toBe(3000)
  expect(advert.look(true, 3000, 8)).toBe('announce')
})
