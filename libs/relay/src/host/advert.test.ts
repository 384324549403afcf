import { expect, test } from 'vitest'
import { Advert } from './advert.ts'

test('who has a place free stands on the topic, who is full does not for long', () => {
  const advert = new Advert()
  expect(advert.look(true, 0)).toBeUndefined()
  advert.setOpen(true)
  expect(advert.look(true, 0)).toBe('announce')
  expect(advert.look(true, 10)).toBeUndefined()
  expect(advert.look(false, 500)).toBeUndefined()
  expect(advert.dueMs).toBe(2000)
  expect(advert.look(false, 2000)).toBe('unannounce')
  expect(advert.look(true, 3000)).toBeUndefined()
  expect(advert.dueMs).toBe(12_000)
  expect(advert.look(true, 12_000)).toBe('announce')
})

test('who may not serve any more goes from the topic at once', () => {
  const advert = new Advert()
  advert.setOpen(true)
  advert.look(true, 0)
  advert.setOpen(false)
  expect(advert.look(true, 1)).toBe('unannounce')
  expect(advert.look(true, 2)).toBeUndefined()
})
