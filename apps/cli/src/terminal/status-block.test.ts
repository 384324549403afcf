import { expect, test } from 'vitest'
import { FakeScreen } from '../testing/screen.ts'
import { StatusBlock } from './status-block.ts'

test('a new state is painted over the old one', () => {
  const screen = new FakeScreen()
  const block = new StatusBlock(screen)
  block.show(['one', 'two'])
  block.show(['three'])
  expect(screen.text).toBe('one\ntwo\n\r\u001b[2A\u001b[0Jthree\n')
})

test('a terminal that does not tell its width gets 80 columns', () => {
  const screen = { columns: 0, text: '', write: (text: string) => (screen.text = text) }
  new StatusBlock(screen).show(['x'.repeat(100)])
  expect(screen.text).toBe(`${'x'.repeat(78)}…\n`)
})

test('a line that stays goes above the state', () => {
  const screen = new FakeScreen()
  const block = new StatusBlock(screen)
  block.show(['state'])
  block.print('news')
  expect(screen.text).toBe('state\n\r\u001b[1A\u001b[0Jnews\nstate\n')
})

test('an empty state leaves nothing behind and erases only once', () => {
  const screen = new FakeScreen()
  const block = new StatusBlock(screen)
  block.show(['state'])
  block.show([])
  block.show([])
  expect(screen.text).toBe('state\n\r\u001b[1A\u001b[0J')
})

test('a long state never wraps', () => {
  const screen = new FakeScreen()
  new StatusBlock(screen).show(['x'.repeat(200)])
  expect(screen.text).toBe(`${'x'.repeat(78)}…\n`)
})
