import { expect, test } from 'vitest'
import { FakeScreen } from '../testing/screen.ts'
import { Output, type OutputOptions } from './output.ts'

function outputOf(options: Partial<OutputOptions> & { isTTY?: boolean } = {}) {
  const { isTTY = false, ...rest } = options
  const stdout = new FakeScreen()
  const stderr = new FakeScreen(isTTY)
  const defaults = {
    json: false,
    logLevel: undefined,
    stdout,
    stderr,
    env: {},
    nowMs: () => 1_700_000_000_000,
  }
  return { output: new Output({ ...defaults, ...rest }), stdout, stderr }
}

test('an event is one line of JSON that begins with event and t', () => {
  const { output, stdout, stderr } = outputOf({ json: true })
  output.event({ event: 'connected', ms: 12, via: 'lan' })
  expect(stdout.text).toBe('{"event":"connected","t":1700000000000,"ms":12,"via":"lan"}\n')
  expect(stderr.text).toBe('')
})

test('without --json stdout stays empty, whatever happens', () => {
  const { output, stdout } = outputOf()
  output.event({ event: 'searching' })
  output.line('info', 'Searching')
  output.status(['state'])
  expect(stdout.text).toBe('')
})

test('with --json only warnings and errors go to stderr unless more is asked for', () => {
  const quiet = outputOf({ json: true })
  quiet.output.line('info', 'news')
  quiet.output.line('warn', 'trouble')
  expect(quiet.stderr.text).toBe('trouble\n')
  const talkative = outputOf({ json: true, logLevel: 'info' })
  talkative.output.line('info', 'news')
  expect(talkative.stderr.text).toBe('news\n')
})

test('the log level decides what is told', () => {
  const { output, stderr } = outputOf({ logLevel: 'error' })
  output.line('warn', 'trouble')
  output.line('error', 'the end')
  expect(stderr.text).toBe('error: the end\n')
})

test('a terminal gets colours and a live state, a file neither', () => {
  const terminal = outputOf({ isTTY: true })
  expect(terminal.output.colors.red('x')).toBe('\u001b[31mx\u001b[39m')
  expect(terminal.output.isLive).toBe(true)
  const file = outputOf()
  expect(file.output.colors.red('x')).toBe('x')
  expect(file.output.isLive).toBe(false)
})

test('NO_COLOR keeps the live state and drops the colours', () => {
  const { output } = outputOf({ isTTY: true, env: { NO_COLOR: '1' } })
  expect(output.colors.red('x')).toBe('x')
  expect(output.isLive).toBe(true)
})

test('a live state never mixes with JSON', () => {
  expect(outputOf({ isTTY: true, json: true, logLevel: 'info' }).output.isLive).toBe(false)
})

test('a terminal gets lines that end between words, and links whole; a file gets them as they are', () => {
  const link = `pearcast://${'y'.repeat(90)}`
  const text = `${'listen '.repeat(15)}${link}`
  const terminal = outputOf({ isTTY: true, env: { NO_COLOR: '1' } })
  terminal.output.line('warn', text)
  const lines = terminal.stderr.text.split('\n').map((line) => line.trim())
  expect(lines).toContain(link)
  for (const line of lines.filter((each) => each !== link)) expect(line).toMatch(/^(listen ?)*$/)
  const file = outputOf()
  file.output.line('warn', text)
  expect(file.stderr.text).toBe(`${text}\n`)
})
