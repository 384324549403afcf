import * as v from 'valibot'
import { EngineError } from './errors.ts'
import type { FromPage } from './schema/message.ts'
import { MAX_SLOTS } from './schema/media.ts'

const line = (max: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.maxLength(max), v.regex(/^[^\p{Cc}]*$/u))
/** What a station's announcement has room for. */
const told = (maxBytes: number): v.GenericSchema<string> =>
  v.pipe(
    line(maxBytes),
    v.check((text) => Buffer.byteLength(text) <= maxBytes),
  )
const link = line(300)
const title = line(200)
const name = line(64)
const slot = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SLOTS - 1))
const gainDb = v.pipe(v.number(), v.minValue(-60), v.maxValue(12))
const bitrate = v.pipe(v.number(), v.integer(), v.minValue(6000), v.maxValue(192_000))

const command = v.variant('name', [
  v.strictObject({ name: v.literal('listen'), link, buffer: v.picklist(['low', 'robust']) }),
  v.strictObject({ name: v.literal('stop-listening') }),
  v.strictObject({ name: v.literal('keep-station'), link, title }),
  v.strictObject({ name: v.literal('forget-station'), keptName: name }),
  v.strictObject({ name: v.literal('forget-history') }),
  v.strictObject({ name: v.literal('create-station'), title }),
  v.strictObject({
    name: v.literal('go-on-air'),
    station: name,
    title,
    description: told(500),
    profile: v.picklist(['voice', 'music']),
    bitrate,
  }),
  v.strictObject({ name: v.literal('go-off-air') }),
  v.strictObject({ name: v.literal('set-input'), slot, label: title, gainDb, muted: v.boolean() }),
  v.strictObject({ name: v.literal('remove-input'), slot }),
  v.strictObject({ name: v.literal('mute'), muted: v.boolean() }),
  v.strictObject({
    name: v.literal('set-now-playing'),
    text: told(200),
  }),
  v.strictObject({
    name: v.literal('record'),
    what: v.picklist(['listening', 'broadcast']),
    isOn: v.boolean(),
  }),
  v.strictObject({
    name: v.literal('set-relay'),
    mode: v.picklist(['auto', 'off']),
    uplinkBps: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(64_000), v.maxValue(1e9))),
  }),
])
const message = v.strictObject({
  type: v.literal('command'),
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  command,
})

/** Longest text that a page sends: a command with its longest strings, in UTF-16 units. */
const MAX_CHARACTERS = 4096

/** @throws EngineError COMMAND_INVALID */
export function parseFromPage(text: string): FromPage {
  if (text.length > MAX_CHARACTERS) throw EngineError.commandInvalid('too long')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw EngineError.commandInvalid('no JSON')
  }
  const parsed = v.safeParse(message, json)
  if (parsed.success) return parsed.output
  throw EngineError.commandInvalid(v.getDotPath(parsed.issues[0]) ?? 'no command')
}
