import { describe, expect, test } from 'vitest'
import { Lineage } from '../tree/lineage.ts'
import { ParentChoice } from './parent-choice.ts'
import { ParentLink } from './parent-link.ts'

function chooser(): ParentChoice {
  const choice = new ParentChoice({
    self: 'us',
    lineage: new Lineage(),
    isChild: () => false,
    isParent: () => false,
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

describe('of two parents with room, both higher than ours', () => {
  const WAY = Array.from({ length: 4 }, (_, at) => `ancestor ${at}`)

  /** Under a parent at depth 4, so many hops from the source ourselves; `two` and `three` have room at these depths. */
  const wanted = (slots: number, depth: number): string | undefined => {
    const lineage = new Lineage()
    const choice = new ParentChoice({
      self: 'us',
      lineage,
      isChild: () => false,
      isParent: () => false,
      primary: () => 'parent',
      slots: () => slots,
    })
    choice.learn({ key: 'parent', source: 'topic', rttMs: 20 }, 0)
    choice.learn({ key: 'three', source: 'referral', depth: 3, freeSlots: 1, rttMs: 200 }, 0)
    if (slots > 0) choice.learn({ key: 'two', source: 'referral', depth: 2, freeSlots: 1, rttMs: 210 }, 0)
    const link = new ParentLink('parent', false, 0)
    link.tells(WAY)
    choice.learnWay(link, 0)
    lineage.advance(0, 50, depth - 1)
    return choice.better(anybody, 1000)
  }

  test('a relay takes the nearer one to the source at once, though its line is longer', () => {
    expect(wanted(4, 5)).toBe('two')
  })

  test('a leaf stays, and when it is deep asks the one halfway rather than gain a single hop', () => {
    expect(wanted(0, 5)).toBeUndefined()
    expect(wanted(0, 7)).toBe('ancestor 3')
  })
})
