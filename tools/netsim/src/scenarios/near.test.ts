import { expect, test } from 'vitest'
import { scenarios } from './index.ts'
import { nearNames } from './near.ts'

const names = scenarios.map(({ name }) => name)

test('a slip of the keyboard finds the name that was meant, first', () => {
  expect(nearNames('matrix/publik x cgnat', names)[0]).toBe('matrix/public x cgnat')
  expect(nearNames('rebind of the broadcaser', names)[0]).toBe("faults/rebind of the broadcaster's NAT")
  expect(nearNames('Links/UDP Blocked', names)[0]).toBe('links/UDP blocked')
})

test('no more than three names are near, and none to what is like nothing', () => {
  expect(nearNames('matrik/', names)).toHaveLength(3)
  expect(nearNames('zzzz qqqq', names)).toEqual([])
  expect(nearNames('', [])).toEqual([])
})
