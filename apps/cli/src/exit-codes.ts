/** What the process's exit code tells a script; the README lists the same. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  input: 3,
  network: 4,
  notOnAir: 5,
  output: 6,
  demoFailed: 7,
  interrupted: 130,
} as const

/** Every `code` that a library or this program gives a mistake or a misfortune; anything else is unexpected. */
const EXIT_BY_CODE: ReadonlyMap<string, number> = new Map([
  ...codes(EXIT.usage, ['USAGE', 'BOOTSTRAP_INVALID', 'PRIVATE_DHT_TOO_SMALL', 'STATION_NAME']),
  ...codes(EXIT.usage, [
    'LINK_CHARACTER',
    'LINK_CHECKSUM',
    'LINK_LENGTH',
    'LINK_SCHEME',
    'OUTPUT_UNSUPPORTED',
  ]),
  ...codes(EXIT.usage, ['STATION_MISSING', 'STATION_EXISTS', 'FAVOURITE_MISSING', 'FAVOURITE_EXISTS']),
  ...codes(EXIT.usage, ['PASSPHRASE', 'PASSPHRASE_FILE', 'CONFIG_FILE', 'STATIONS_FILE']),
  ...codes(EXIT.input, ['EXPORT_INVALID']),
  ...codes(EXIT.input, ['FILE_MISSING', 'FILE_EMPTY', 'FILE_NOT_AUDIO', 'FILE_TRUNCATED', 'FILE_CORRUPT']),
  ...codes(EXIT.input, [
    'NO_AUDIO_FILES',
    'INPUT_EMPTY',
    'NO_AUDIO_INPUT',
    'INPUT_DEVICE_UNKNOWN',
    'NO_FFMPEG',
  ]),
  ...codes(EXIT.usage, ['STDIN_IS_TERMINAL', 'DEVICE_NOT_SELECTABLE']),
  ...codes(EXIT.input, ['FILE_UNREADABLE', 'FORMAT_UNSUPPORTED', 'IS_DIRECTORY']),
  ...codes(EXIT.network, ['NO_UDP', 'NO_DHT', 'BIND_FAILED', 'PRIVATE_DHT_PORTS_TAKEN', 'ANNOUNCE_FAILED']),
  ...codes(EXIT.network, ['RECORD_NOT_STORED']),
  ...codes(EXIT.notOnAir, ['NOT_ON_AIR']),
  ...codes(EXIT.output, [
    'OUTPUT_DEVICE_UNKNOWN',
    'NO_AUDIO_DEVICE',
    'OUTPUT_UNWRITABLE',
    'OUTPUT_EXISTS',
    'DISK_FULL',
  ]),
  ...codes(EXIT.demoFailed, ['DEMO_FAILED']),
  ...codes(EXIT.unexpected, [
    'CONFIG_FOLDER',
    'STATION_FILE',
    'RELAY_KEY',
    'RELAY_KEY_IN_USE',
    'FAVOURITES_FILE',
    'CLOCK',
    'OPEN_FILES',
    'SUPERSEDED',
    'RECORD_SUPERSEDED',
  ]),
  ...codes(EXIT.unexpected, ['RTC_UNAVAILABLE', 'CHILD_DIED', 'PAGE_NOT_BUILT', 'PORT_TAKEN']),
  ...codes(EXIT.interrupted, ['CANCELLED']),
])

/** The exit code of an error's `code`; undefined for one that no library documents. */
export function exitCodeOf(code: string): number | undefined {
  return EXIT_BY_CODE.get(code)
}

function codes(exitCode: number, names: readonly string[]): [string, number][] {
  return names.map((name) => [name, exitCode])
}
