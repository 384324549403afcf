import { expect, test } from 'vitest'
import { createSenderSlots } from './sender-slots.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `child ${index}`)

test('a sender has 32 connections and lets 4 children be between two paths', () => {
  const slots = createSenderSlots()
  expect(names(40).filter((child) => slots.take(child))).toHaveLength(32)
  expect(names(40).filter((child) => slots.beginSwitch(child))).toHaveLength(4)
  expect([slots.connections, slots.switches]).toEqual([32, 4])
})

test('a child that has a slot keeps it however often it asks', () => {
  const slots = createSenderSlots({ maxConnections: 1, maxSwitches: 1 })
  expect([slots.take('a'), slots.take('a'), slots.take('b')]).toEqual([true, true, false])
  expect([slots.beginSwitch('a'), slots.beginSwitch('a')]).toEqual([true, true])
})

test('a child without a connection cannot switch', () => {
  expect(createSenderSlots().beginSwitch('a')).toBe(false)
})

test('the end of a switch makes room for another, and of a connection for both', () => {
  const slots = createSenderSlots({ maxConnections: 2, maxSwitches: 1 })
  slots.take('a')
  slots.take('b')
  slots.beginSwitch('a')
  expect(slots.beginSwitch('b')).toBe(false)
  slots.endSwitch('a')
  expect(slots.beginSwitch('b')).toBe(true)
  slots.release('b')
  expect([slots.connections, slots.switches]).toEqual([1, 0])
  expect(slots.take('c')).toBe(true)
})
