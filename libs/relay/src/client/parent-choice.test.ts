import { expect, test } from 'vitest'
import { Lineage } from '../tree/lineage.ts'
import { ParentChoice } from './parent-choice.ts'

function chooser(): ParentChoice {
  const choice = new ParentChoice({
    self: 'us',
    lineage: new Lineage(),
    isChild: () => false,
    primary: () => undefined,
    slots: () => 0,
  })
  choice.learn({ key: 'suspect', source: 'record', depth: 1 }, 0)
  choice.learn({ key: 'forger', source: 'record', depth: 1 }, 0)
  choice.distrust('suspect', 'withheld', 0.2, 0)
  choice.distrust('forger', 'forged', 0, 0)
  return choice
}
const anybody = (): boolean => true

test('who hears nothing, and knows nobody else, asks whom it suspects rather than nobody', () => {
  const choice = chooser()
  expect(choice.best('first', anybody, 1000)).toBeUndefined()
  expect(choice.best('first', anybody, 3000)?.key).toBe('suspect')
  expect(choice.best('second', anybody, 3000)).toBeUndefined()
  expect(choice.best('better', anybody, 3000)).toBeUndefined()
})

test('somebody who is trusted comes first, however far', () => {
  const choice = chooser()
  choice.learn({ key: 'far', source: 'topic', depth: 12, freeSlots: 0, rttMs: 900 }, 0)
  expect(choice.best('first', anybody, 3000)?.key).toBe('far')
})

test('who lost much comes after who did not, once it may be asked again', () => {
  const choice = chooser()
  choice.learn({ key: 'another', source: 'record', depth: 2, rttMs: 100 }, 0)
  expect(choice.best('first', anybody, 60_000)?.key).toBe('another')
})
