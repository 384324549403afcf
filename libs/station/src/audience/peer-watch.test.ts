import { expect, test } from 'vitest'
import { PeerWatch, type PeerVerdict } from './peer-watch.ts'

function seconds(count: number, watch: PeerWatch, listens: boolean, each?: () => void): PeerVerdict[] {
  return Array.from({ length: count }, () => {
    each?.()
    return watch.tick(listens)
  })
}

test('who answers is fine for ever', () => {
  const watch = new PeerWatch()
  expect(new Set(seconds(500, watch, true, () => watch.heard()))).toEqual(new Set(['fine']))
})

test('who is silent is asked from the fifth second on, and gone after twenty', () => {
  const verdicts = seconds(20, new PeerWatch(), true)
  expect(verdicts.slice(0, 4)).toEqual(['fine', 'fine', 'fine', 'fine'])
  expect(new Set(verdicts.slice(4, 19))).toEqual(new Set(['ask']))
  expect(verdicts[19]).toBe('gone')
})

test('an answer to the question is enough', () => {
  const watch = new PeerWatch()
  seconds(15, watch, true)
  watch.heard()
  expect(seconds(4, watch, true)).toEqual(['fine', 'fine', 'fine', 'fine'])
})

test('who never listens is idle after ninety seconds, though it talks', () => {
  const watch = new PeerWatch()
  const verdicts = seconds(90, watch, false, () => watch.heard())
  expect(verdicts.indexOf('idle')).toBe(89)
})

test('who was refused may wait the minute that it was told to, and ask again', () => {
  const watch = new PeerWatch()
  const heard = (): void => watch.heard()
  expect(seconds(65, watch, false, heard)).not.toContain('idle')
  watch.subscribed()
  expect(seconds(65, watch, false, heard)).not.toContain('idle')
})
