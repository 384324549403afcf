import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, test } from 'vitest'
import { eventLine, type CliEvent } from './events.ts'
import {
  broadcastEvents,
  demoEvents,
  devicesEvents,
  dhtEvents,
  doctorEvents,
  favouritesEvents,
  listenEvents,
  relayEvents,
  stationEvents,
  timeSamples,
  uiEvents,
} from './testing/samples.ts'

const COMMANDS = {
  broadcast: { ...broadcastEvents, ...timeSamples },
  listen: { ...listenEvents, ...timeSamples },
  relay: { ...relayEvents, ...timeSamples },
  'station-command': stationEvents,
  favourites: favouritesEvents,
  devices: devicesEvents,
  doctor: doctorEvents,
  dht: dhtEvents,
  ui: uiEvents,
  demo: demoEvents,
}
const error: CliEvent = broadcastEvents.error

interface Schema {
  definitions: Record<string, { oneOf?: { $ref: string }[]; properties?: { event?: { const?: string } } }>
}
const schema: Schema = JSON.parse(
  readFileSync(new URL('../schema/events.schema.json', import.meta.url), 'utf8'),
)
const ajv = new Ajv({ allowUnionTypes: true }).addSchema(schema, 'events')

function validator(command: string): ValidateFunction {
  const validate = ajv.getSchema(`events#/definitions/${command}`)
  if (!validate) throw new Error(`the schema has no definition of ${command}`)
  return validate
}

function printed(event: CliEvent): Record<string, unknown> {
  const parsed: Record<string, unknown> = JSON.parse(eventLine(event, 1_700_000_000_000))
  return parsed
}

describe.each(Object.entries(COMMANDS))('the events of %s', (command, samples) => {
  const events: CliEvent[] = [...Object.values(samples), error]
  const validate = validator(command)

  test.each(events)('$event is as the schema says', (event) => {
    validate(printed(event))
    expect(validate.errors ?? []).toEqual([])
  })

  test.each(events)('$event with an unknown field is refused', (event) => {
    expect(validate({ ...printed(event), surprise: 1 })).toBe(false)
  })

  test.each(events)('$event without one of its fields is refused', (event) => {
    for (const field of Object.keys(printed(event))) {
      const { [field]: _left, ...rest } = printed(event)
      // A phase before the first leg has no leg, and an error of the whole command no link.
      const mayMiss =
        (event.event === 'phase' && field === 'leg') || (event.event === 'error' && field === 'link')
      expect([field, validate(rest)]).toEqual([field, mayMiss])
    }
  })

  test('the schema knows no kind that is never printed', () => {
    const kinds = schema.definitions[command]?.oneOf?.map(({ $ref }) => {
      const definition = schema.definitions[$ref.replace('#/definitions/', '')]
      return definition?.properties?.event?.const
    })
    expect(new Set(kinds)).toEqual(new Set(events.map(({ event }) => event)))
  })
})

test('a line that no command prints is refused', () => {
  const validate = ajv.getSchema('events')
  expect(validate?.({ event: 'hello', t: 1 })).toBe(false)
  expect(validate?.(printed(error))).toBe(true)
})
