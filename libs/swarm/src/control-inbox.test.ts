import type { ControlMessage } from '@pearcast/protocol'
import { expect, test } from 'vitest'
import { ControlInbox } from './control-inbox.ts'

const ping = (id: number): ControlMessage => ({ type: 'ping', id, t0Us: 0 })

test('what comes before anybody listens waits, in order, and is handed over once', () => {
  const inbox = new ControlInbox()
  expect([1, 2].map((id) => inbox.take(ping(id)))).toEqual([true, true])
  const heard: ControlMessage[] = []
  inbox.handler = (message) => heard.push(message)
  inbox.take(ping(3))
  expect(heard).toEqual([1, 2, 3].map(ping))
  const later: ControlMessage[] = []
  inbox.handler = (message) => later.push(message)
  expect(later).toEqual([])
})

test('nobody waits for more than 64', () => {
  const inbox = new ControlInbox()
  for (let id = 0; id < 64; id++) expect(inbox.take(ping(id))).toBe(true)
  expect(inbox.take(ping(64))).toBe(false)
  inbox.clear()
  expect(inbox.take(ping(65))).toBe(true)
})
