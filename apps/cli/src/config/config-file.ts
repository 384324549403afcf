import { readFile, stat } from 'node:fs/promises'
import { Ajv, type ErrorObject } from 'ajv'
import type { Command, Option } from 'commander'
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { CliError } from '../errors.ts'
import { printable } from '../terminal/text.ts'
import { configOption, configSchema, takesNull } from './config-schema.ts'

/** Nobody writes a longer one by hand. */
const MAX_BYTES = 262_144

/**
 * Reads a configuration file, YAML or JSON, and gives the command the values that its flags and the environment leave
 * open. Options of all commands are at the top level, others under the command's name:
 *
 *     log-level: debug
 *     broadcast:
 *       station: jazz
 *       loop: true
 *
 * The whole file is checked, also what another command would read.
 *
 * @throws CliError CONFIG_FILE with line and column of the first mistake
 */
export async function applyConfig(command: Command, file: string): Promise<void> {
  const source = new ConfigSource(file, await readText(file))
  const program = rootOf(command)
  source.check(configSchema(program))
  source.checkValues(program, [])
  for (const { command: level, path } of lineage(command)) source.apply(level, path)
}

/** Not over what was typed, nor over the environment. */
function isOpen(command: Command, key: string): boolean {
  const from = command.getOptionValueSource(key)
  return from === undefined || from === 'default' || from === 'config'
}

type Path = readonly (string | number)[]

class ConfigSource {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed

  constructor(file: string, text: string) {
    this.#file = file
    this.#document = parseDocument(text, { lineCounter: this.#lines, stringKeys: true })
    const [error] = this.#document.errors
    if (error !== undefined) throw this.#mistake(error.pos[0], firstLine(error.message))
  }

  check(schema: object): void {
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true })
    const validate = ajv.compile(schema)
    // An empty file sets nothing.
    const value: unknown = this.#document.toJS({ maxAliasCount: 100 }) ?? {}
    if (validate(value)) return
    const found = (validate.errors ?? []).map((error) => ({ error, at: this.#offsetOf(error) }))
    const [first] = found.toSorted((a, b) => a.at - b.at)
    if (first !== undefined) throw this.#mistake(first.at, complaint(first.error))
  }

  /** Runs every value through the parser of its option. */
  checkValues(command: Command, path: Path): void {
    const map = this.#document.getIn(path)
    if (path.length > 0 ? !isMap(map) : !isMap(this.#document.contents)) return
    for (const option of command.options) this.#parsed(command, option.name(), path)
    for (const each of command.commands) this.checkValues(each, [...path, each.name()])
  }

  apply(command: Command, path: Path): void {
    for (const option of command.options) {
      const value = this.#parsed(command, option.name(), path)
      const key = option.attributeName()
      if (value !== undefined && isOpen(command, key)) command.setOptionValueWithSource(key, value, 'config')
    }
  }

  #parsed(command: Command, name: string, path: Path): unknown {
    const option = configOption(command, name)
    const value: unknown = option && this.#document.getIn([...path, name])
    if (option === undefined || value === undefined) return undefined
    // A flag that says no is one that was not typed.
    if (typeof value === 'boolean') return value ? !option.negate : undefined
    // What else could stand there the schema has refused already.
    const text =
      value === null ? this.#nullWord(option, path) : typeof value === 'number' ? String(value) : value
    if (typeof text !== 'string') return undefined
    try {
      return option.parseArg === undefined ? text : option.parseArg(text, undefined)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw this.#mistake(this.#offsetAt([...path, name]), why)
    }
  }

  /** The word, where it is a value. A place that was left empty is null to YAML as well, and says nothing. */
  #nullWord(option: Option, path: Path): string {
    const at = [...path, option.name()]
    const node: unknown = this.#document.getIn(at, true)
    if (takesNull(option) && isScalar(node) && node.source?.toLowerCase() === 'null') return 'null'
    throw this.#mistake(this.#offsetAt(at), `'${option.name()}' wants a text or a number`)
  }

  #offsetOf({ instancePath, keyword, params }: ErrorObject): number {
    const path = instancePath.split('/').slice(1)
    if (keyword !== 'additionalProperties') return this.#offsetAt(path)
    const name: unknown = Reflect.get(params, 'additionalProperty')
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path)
    const pair = isMap(map)
      ? map.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : undefined
    return rangeStart(pair?.key) ?? this.#offsetAt(path)
  }

  #offsetAt(path: Path): number {
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)
    return rangeStart(node) ?? 0
  }

  #mistake(offset: number, why: string): CliError {
    const { line, col } = this.#lines.linePos(offset)
    return CliError.configFile(`${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}: ${printable(why)}`)
  }
}

function complaint({ keyword, params, parentSchema, instancePath }: ErrorObject): string {
  const where = instancePath.split('/').at(-1)
  if (keyword === 'additionalProperties') {
    const name = String(Reflect.get(params, 'additionalProperty'))
    const known = Object.keys(Object(parentSchema?.['properties']))
    const near = known.find((each) => distance(each, name) <= 2)
    const hint = near === undefined ? `There are: ${known.join(', ')}` : `Did you mean ${near}?`
    return `unknown option '${name}'${where ? ` of ${where}` : ''}. ${hint}`
  }
  const type: unknown = parentSchema?.['type']
  const wanted =
    type === 'boolean' ? 'true or false' : type === 'object' ? 'options below it' : 'a text or a number'
  return where ? `'${where}' wants ${wanted}` : 'it wants options, as "name: value"'
}

/** Letters to change until one word is the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const substituted = (row[j] ?? 0) + (b[j] === letter ? 0 : 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, substituted))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function lineage(command: Command): { command: Command; path: string[] }[] {
  if (command.parent === null) return [{ command, path: [] }]
  const above = lineage(command.parent)
  return [...above, { command, path: [...(above.at(-1)?.path ?? []), command.name()] }]
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent)
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  const { range } = node
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? text).replace(/ at line \d+, column \d+:$/, '')
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`)
    return await readFile(file, 'utf8')
  } catch (error) {
    throw CliError.configFile(`${file}: ${whyUnread(error)}`)
  }
}

function whyUnread(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch (Reflect.get(error, 'code')) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file. Check what --config or PEARCAST_CONFIG says.'
    case 'EISDIR':
      return 'this is a folder, not a file. Name the file in it.'
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read. Check its permissions.'
    default:
      return error.message
  }
}
