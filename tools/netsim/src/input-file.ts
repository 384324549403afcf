import { readFile } from 'node:fs/promises'
import { NetsimError } from './errors.ts'
import { runsIn } from './report/page/scale-data.ts'
import { parseBaseline, type Baseline } from './report/baseline.ts'
import { parseReport, type Report } from './report/run-data.ts'
import { parseScenarioFile, type ScenarioFile } from './scenarios/scenario-file.ts'
import { whyInvalid } from './why-invalid.ts'

/** What the commands read: all of it JSON, and easily taken for one another. */
type Kind = 'report' | 'baseline' | 'scale' | 'scenario'

/** What each is called, and where one comes from. */
const KINDS: Readonly<Record<Kind, { words: string; right: string }>> = {
  report: { words: 'a report', right: 'name the report.json that --report FOLDER wrote' },
  baseline: { words: 'a baseline', right: 'name what --save-baseline FILE stored' },
  scale: { words: 'a report of a scale run', right: 'name what "scale --out FILE" wrote' },
  scenario: {
    words: 'a scenario file',
    right: 'name what probe or chaos wrote, or write one as docs/netsim.md shows',
  },
}

export function readReport(file: string): Promise<Report> {
  return read(file, 'report', parseReport)
}

export function readBaseline(file: string): Promise<Baseline> {
  return read(file, 'baseline', parseBaseline)
}

/** As it is: the page takes from it whatever it knows. */
export function readScale(file: string): Promise<unknown> {
  return read(file, 'scale', (value) => {
    if (runsIn(value).length === 0)
      throw new Error('there is no run in it that says how many listeners it had')
    return value
  })
}

export function readScenario(file: string): Promise<ScenarioFile> {
  return read(file, 'scenario', parseScenarioFile)
}

/** Throws `FILE_UNUSABLE`, with what is wrong, where, and what would be right. */
async function read<T>(file: string, kind: Kind, parse: (value: unknown) => T): Promise<T> {
  const { words, right } = KINDS[kind]
  try {
    const value = jsonIn(await readFile(file, 'utf8'))
    const other = kindOf(value)
    if (other !== undefined && other !== kind) throw new Error(`it is ${KINDS[other].words}`)
    if (Array.isArray(value) && kind !== 'scale') throw new Error('it is a list, and must be an object')
    return parse(value)
  } catch (error) {
    throw NetsimError.fileUnfit(file, words, whyInvalid(error), right)
  }
}

/** By the field that only it has. */
function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('netsim' in value) return 'scenario'
  if ('results' in value) return 'report'
  if ('scenarios' in value) return 'baseline'
  return 'runs' in value ? 'scale' : undefined
}

/** What the engine says of text that is no JSON quotes it, whatever it is: this tells where, and how it looks. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(whyNoJson(text.trimEnd(), String(error)), { cause: error })
  }
}

function whyNoJson(text: string, said: string): string {
  if (text === '') return 'it is empty'
  if (/^\s*</.test(text)) return 'it is HTML or XML, and must be JSON'
  if (/[\0\ufffd]/.test(text)) return 'it is no text, and must be JSON'
  const position = positionIn(text, said)
  if (/Unexpected end|Unterminated/.test(said) || position >= text.length)
    return `it breaks off in line ${lineAt(text, text.length)}: it was not written to its end`
  return `it is no JSON, see line ${lineAt(text, position)}`
}

/** V8 tells it, or quotes ten characters before and after it. */
function positionIn(text: string, said: string): number {
  const told = /at position (\d+)/.exec(said)?.[1]
  if (told !== undefined) return Number(told)
  const [, dots, quoted = ''] =
    /^SyntaxError: Unexpected token .*?, (\.\.\.)?"(.*)"(?:\.\.\.)? is not/s.exec(said) ?? []
  return Math.max(0, text.indexOf(quoted)) + (dots === undefined ? 0 : 10)
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}
