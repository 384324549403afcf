import { Option, type Command } from 'commander'
import { oneOf } from './parsers.ts'

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const PATHS = ['auto', 'swarm', 'webrtc'] as const
const RTC_CHOICES = ['ndc', 'werift', 'none'] as const

/** What every command understands, before or after its name. */
export interface GlobalOptions {
  json?: true
  logLevel?: LogLevel
  /** YAML or JSON with more options */
  config?: string
  /** as typed; parsed by the library that uses it */
  bootstrap?: string
  path: (typeof PATHS)[number]
  rtc?: (typeof RTC_CHOICES)[number]
}

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(new Option('--json', 'print one event a line on stdout: {event, t, ...}, t in ms since 1970'))
    .addOption(
      new Option(
        '--log-level <level>',
        `what stderr tells: ${LOG_LEVELS.join(', ')} (default: info; with --json: warn)`,
      ).argParser(oneOf('--log-level', LOG_LEVELS)),
    )
    .addOption(
      new Option('--bootstrap <host:port,...>', 'DHT nodes to start from, instead of the public DHT').env(
        'PEARCAST_BOOTSTRAP',
      ),
    )
    .addOption(
      new Option(
        '--config <file>',
        'YAML or JSON with options, those of a command under its name; flags and the environment win',
      ).env('PEARCAST_CONFIG'),
    )
    .addOption(
      new Option(
        '--path <path>',
        'what carries the audio between two that are connected directly: auto, swarm or webrtc',
      )
        .argParser(oneOf('--path', PATHS))
        .default('auto'),
    )
    .addOption(
      new Option(
        '--rtc <stack>',
        'what does WebRTC: ndc (native), werift (slower, runs anywhere) or none (default: ndc, or werift where it is missing)',
      ).argParser(oneOf('--rtc', RTC_CHOICES)),
    )
}
