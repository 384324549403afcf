import { randomInt } from 'node:crypto'
import {
  captureFrom,
  MicSource,
  openPlaylist,
  openSource,
  openStdin,
  type AudioSource,
  type OpenSourceOptions,
  type SourceNotice,
} from '@pearcast/audio'
import { CliError } from '../errors.ts'
import type { BroadcastOptions } from './broadcast-options.ts'
import type { InputEvent } from './input-event.ts'

const STDIN_DEFAULTS = { format: 's16le', rate: 48_000, channels: 2 } as const

/**
 * What is to be broadcast: `tone`, `-`, `mic`, `mic:DEVICE`, or files and folders.
 *
 * @throws CliError USAGE for inputs and options that do not go together; AudioError
 */
export async function openInput(
  inputs: readonly string[],
  options: BroadcastOptions,
  settings: OpenSourceOptions,
  onEvent: (event: InputEvent) => void,
): Promise<AudioSource> {
  const special = inputs.find((input) => isSpecial(input))
  if (special !== undefined && inputs.length > 1) {
    throw CliError.usage(
      `'${special}' cannot be one of several inputs: a file of that name is './${special}'`,
    )
  }
  refuseStray(special, options)
  const onNotice = (notice: SourceNotice): void => onEvent(eventOf(notice))
  if (special === undefined)
    return openPlaylist(inputs, { ...settings, onNotice, shuffleSeed: seedOf(options) })
  if (special === 'tone') return openSource('tone', settings)
  if (special !== '-') {
    const device = special === 'mic' ? undefined : special.slice('mic:'.length)
    return MicSource.open(captureFrom(device), { ...settings, onNotice })
  }
  const { channels, format, rate } = { ...STDIN_DEFAULTS, ...options }
  return openStdin({ format, sampleRate: rate, channels }, settings)
}

function isSpecial(input: string): boolean {
  return input === 'tone' || input === '-' || input === 'mic' || input.startsWith('mic:')
}

function refuseStray(special: string | undefined, options: BroadcastOptions): void {
  for (const name of ['format', 'rate', 'channels'] as const) {
    if (options[name] !== undefined && special !== '-') {
      throw CliError.usage(`--${name} describes standard input: the input is then '-'`)
    }
  }
  for (const name of ['loop', 'shuffle'] as const) {
    if (options[name] === true && special !== undefined && special !== 'tone') {
      throw CliError.usage(`--${name} is for files: '${special}' is heard as it comes`)
    }
  }
  if (options.seed !== undefined && options.shuffle !== true) throw CliError.usage('--seed is for --shuffle')
}

function seedOf({ seed, shuffle }: BroadcastOptions): number | undefined {
  return shuffle === true ? (seed ?? randomInt(2 ** 31)) : undefined
}

function eventOf(notice: SourceNotice): InputEvent {
  switch (notice.kind) {
    case 'entry':
      return { event: 'track', name: notice.name, title: notice.title, durationS: notice.durationS }
    case 'skipped':
      return { event: 'skipped', name: notice.name, code: notice.error.code, message: notice.error.message }
    case 'lost':
      return { event: 'input-lost', code: notice.error.code, message: notice.error.message }
  }
}
