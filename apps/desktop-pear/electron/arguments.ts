import { isAbsolute, resolve } from 'node:path'

/** What the program was started with. */
export interface Arguments {
  /** Another storage, and so another instance: keys, favourites and updates of its own. */
  storage: string | undefined
  updates: boolean
  /** In the tray only: started with the computer. */
  isHidden: boolean
  /** Bootstrap nodes of another DHT than the public one. */
  bootstrap: Address[] | undefined
  link: string | undefined
}

interface Address {
  host: string
  port: number
}

/** Longer than any link of ours; what is longer is no link. */
const MAX_LINK_CHARACTERS = 300

/**
 * What is not known is left alone: Chromium adds switches of its own, and so do desktops.
 *
 * @param argv without the program itself
 * @throws Error what was wrong, in one line
 */
export function parseArguments(argv: readonly string[], cwd: string): Arguments {
  const storage = valueOf(argv, '--storage')
  if (storage === '') throw new Error('--storage needs a folder, as in --storage /tmp/second')
  const bootstrap = valueOf(argv, '--bootstrap')
  return {
    storage: storage === undefined || isAbsolute(storage) ? storage : resolve(cwd, storage),
    updates: !argv.includes('--no-updates'),
    isHidden: argv.includes('--hidden'),
    bootstrap: bootstrap === undefined ? undefined : parseBootstrap(bootstrap),
    link: linkAmong(argv),
  }
}

/** A station's link among the arguments. What it says is checked where it is opened. */
export function linkAmong(argv: readonly string[]): string | undefined {
  return argv.map(toLink).find((link) => link !== undefined)
}

/** Browsers and desktops add a slash, and writing that differs in case. */
export function toLink(text: string): string | undefined {
  if (text.length > MAX_LINK_CHARACTERS) return undefined
  const match = /^pearcast:\/\/([\w.~?=&%-]+)\/?$/i.exec(text)
  return match?.[1] === undefined ? undefined : `pearcast://${match[1]}`
}

/** `--name value` or `--name=value`; '' when the value is missing. */
function valueOf(argv: readonly string[], name: string): string | undefined {
  const at = argv.findIndex((each) => each === name || each.startsWith(`${name}=`))
  const found = argv[at]
  if (found === undefined) return undefined
  if (found !== name) return found.slice(name.length + 1)
  const next = argv[at + 1] ?? ''
  return next.startsWith('--') ? '' : next
}

function parseBootstrap(text: string): Address[] {
  return text.split(',').map((each) => {
    const match = /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(each.trim())
    const port = Number(match?.[2])
    if (match?.[1] === undefined || port < 1 || port > 65_535)
      throw new Error(`--bootstrap takes host:port,…; "${each}" is none`)
    return { host: match[1], port }
  })
}
