import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readBaseline, readReport, readScale, readScenario } from './input-file.ts'

const REPORT = { commit: 'abc', results: [{ name: 'links/a', passed: true }] }
const BASELINE = { commit: 'abc', node: 'v24', scenarios: {} }
const SCALE = { runs: [{ name: '30 % relays', listeners: 1000, churn: { depthMax: 5 } }] }
const PLACE = { nats: [], link: { delayMs: 10 } }
const SCENARIO = {
  netsim: 1,
  scenario: { name: 'x', broadcaster: PLACE, listener: PLACE, expect: { verdict: 'heard' } },
}
const TEXT = JSON.stringify(REPORT, undefined, 1)

const READERS = { report: readReport, baseline: readBaseline, scale: readScale, scenario: readScenario }
type Kind = keyof typeof READERS

function fileWith(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'netsim-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'x.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function told(kind: Kind, file: string): Promise<string> {
  const failure: unknown = await READERS[kind](file).catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'NetsimError', code: 'FILE_UNUSABLE' })
  const line = failure instanceof Error ? failure.message : ''
  expect(line.startsWith(`${file} cannot be used as `)).toBe(true)
  expect(line).not.toContain('\n')
  return line.slice(`${file} cannot be used as `.length)
}

test('what is right is read', async () => {
  await expect(readReport(fileWith(REPORT))).resolves.toMatchObject(REPORT)
  await expect(readBaseline(fileWith(BASELINE))).resolves.toEqual(BASELINE)
  await expect(readScale(fileWith(SCALE))).resolves.toEqual(SCALE)
  await expect(readScenario(fileWith(SCENARIO))).resolves.toMatchObject({ netsim: 1 })
})

test.each<[Kind, unknown, string]>([
  ['report', BASELINE, 'a report (it is a baseline): name the report.json that --report FOLDER wrote.'],
  ['report', SCALE, 'a report (it is a report of a scale run): name the report.json'],
  ['baseline', REPORT, 'a baseline (it is a report): name what --save-baseline FILE stored.'],
  ['scale', REPORT, 'a report of a scale run (it is a report): name what "scale --out FILE" wrote.'],
  ['scenario', REPORT, 'a scenario file (it is a report): name what probe or chaos wrote, or write one'],
])('one kind of file is not taken for another: a %s', async (kind, content, words) => {
  expect(await told(kind, fileWith(content))).toContain(words)
})

test.each<[unknown, string]>([
  ['', '(it is empty)'],
  [' \n', '(it is empty)'],
  ['<!doctype html>\n<html></html>', '(it is HTML or XML, and must be JSON)'],
  ['\u007fELF\0\0', '(it is no text, and must be JSON)'],
  [
    TEXT.slice(0, -4),
    `(it breaks off in line ${TEXT.split('\n').length - 2}: it was not written to its end)`,
  ],
  [TEXT.slice(0, TEXT.indexOf('inks/a')), '(it breaks off in line 5: it was not written to its end)'],
  [TEXT.replace('true', 'yes'), '(it is no JSON, see line 6)'],
  [{ a: 1 }, '(results is missing)'],
  [[1], '(it is a list, and must be an object)'],
  ['null', '(all of it is null, and must be an object)'],
  [{ results: [{ name: 4 }] }, '(results.0.name is 4, and must be a string)'],
])('what is wrong with a file, and where, is told: %j', async (content, words) => {
  expect(await told('report', fileWith(content))).toContain(words)
})

test.each<Kind>(['report', 'baseline', 'scale', 'scenario'])(
  'a folder, and nothing, as a %s',
  async (kind) => {
    expect(await told(kind, tmpdir())).toContain('(it is a folder)')
    expect(await told(kind, '/nowhere.json')).toContain('(there is no such file)')
  },
)

test('a scale report without a run is none', async () => {
  expect(await told('scale', fileWith({ runs: [] }))).toContain('(there is no run in it')
})
