import type { Help, Path, Via, Way } from '../oracle/oracle.ts'
import type { Surroundings } from '../oracle/traits.ts'
import type { NatType } from '../nat/types.ts'
import type { Fault } from '../tun/messages.ts'

export type { Path, Via } from '../oracle/oracle.ts'

export type Role = 'broadcaster' | 'listener'
/** Who runs the program in a scenario: a helper is another listener. */
export type Actor = Role | 'helper' | OtherListener | RelayName
/** Those who come after the listener, in order. */
type OtherListener = `listener-${2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
type RelayName = 'relay-1' | 'relay-2' | 'relay-3' | 'relay-4' | 'relay-5'

/** Where somebody sits: a site without its name and hosts. */
export type Place = Surroundings

/** A row or a column of the matrix. */
export type PlaceName = NatType | 'dual-stack' | 'udp-blocked'
/** A place that both are in. */
export type LanName = 'same LAN' | 'isolated LAN' | 'isolated LAN without hairpin'

/** What a play of the matrix is about, for the report. */
export interface Pair {
  broadcaster: PlaceName
  listener: PlaceName
  /** Both are on one LAN. */
  lan?: LanName
  help: Help
}

/** What can be taken out of the program to see that a scenario would notice; one file each in `run/without/`. */
export const MECHANISMS = [
  'adaptivity',
  'bearing',
  'doubt',
  'punching',
  'reachability',
  'redial',
  'relaying',
  'repair',
  'return',
  'routing',
  'second',
  'udp-check',
  'webrtc',
] as const
export type Mechanism = (typeof MECHANISMS)[number]

/** As the matrix calls it; that name alone plays it again. */
export function pairName({ broadcaster, listener, lan, help }: Pair): string {
  return `matrix/${broadcaster} x ${lan ?? listener}${HELP_SUFFIX[help]}`
}

const HELP_SUFFIX: Record<Help, string> = {
  none: '',
  relay: ', a relay',
  listener: ', a listener',
}

/**
 * Something that happens while the listener hears, so many ms after what came before it (the first: after the first
 * sound). Sites and hosts are called `broadcaster`, `listener`, `helper`,
 * `listener-2`, `listener-3`, `relay-1` and so on, `elsewhere`, `dht-1` and `dht-2`.
 */
export type Step = { afterMs: number } & (
  | { fault: Fault }
  /** `parent`: the relay that the listener hears the station from at that moment. */
  | { signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'; role: Actor | 'parent' }
  | { restart: RelayName }
  | { lose: 'dht' }
  /** Nothing comes out of the broadcaster's pipe for so long. */
  | { stallMs: number }
)

/** Judged by what the listener's process says and records. Nothing else makes a scenario pass. */
export type Expectation =
  | {
      verdict: 'heard'
      /** First sound; default 40 s, for birthday punches are a lottery. */
      withinMs?: number
      /** What carries the audio at the end. */
      path?: Path
      via?: readonly Via[]
      /** How the audio may come, at the first sound and at the end. Default: anyhow. */
      ways?: readonly Way[]
      /** The longest silence after the first sound. Default: no limit. */
      maxGapMs?: number
      /** Of the frames sent. Default: no limit. */
      maxConcealed?: number
      /** Peers between the broadcaster and the listener at the end. */
      hops?: number
      /** How long a relay may keep a frame, 95 of 100 of them. */
      maxHopMs?: number
      /** How often somebody may take another parent, or dial again, from the first step on. */
      maxMoves?: number
      /** No packet may pass between the broadcaster and the listener, who have public addresses. */
      apart?: true
      /** Silences earlier than so many ms after the last step, or the last of the others, do not count. */
      calmAfterMs?: number
    }
  /** Told that there is no room, within this time, and nothing is played at the end. */
  | { verdict: 'refused'; withinMs: number }
  /** Nothing may be heard within this time: theory, or a named limit, forbids it. */
  | { verdict: 'silent'; forMs: number; why: string }
  /** Nothing is broadcast: `pearcast doctor` in the broadcaster's place ends with this code and says at least this. */
  | { verdict: 'diagnosis'; withinMs: number; exit: number; says: Readonly<Record<string, unknown>> }
  /** A process must give up with this code instead of waiting for ever. */
  | { verdict: 'error'; role: Role; code: string; withinMs: number }

/** What others are judged by. */
type OtherExpectation = Extract<Expectation, { verdict: 'heard' | 'refused' | 'error' }>

/** A listener who comes after the first. */
export interface Other {
  id: OtherListener
  place: Place
  expect: OtherExpectation
  /** Of a row of the matrix: which pair it is. It is then a result of its own. */
  pair?: Pair
}

export interface Scenario {
  /** Unique; the broadcaster comes first. */
  name: string
  group:
    | 'matrix'
    | 'rows'
    | 'relay'
    | 'links'
    | 'faults'
    | 'controls'
    | 'ipv6'
    | 'doctor'
    | 'congestion'
    | 'impairments'
    | 'chaos'
    | 'field'
  /** Also part of the canary. */
  canary?: boolean
  broadcaster: Place
  /** `same-lan`: in the broadcaster's site. */
  listener: Place | 'same-lan'
  /** Where another listener is, who hears the station before this one comes. */
  helper?: Place
  /** Options of `pearcast listen`, of the helper. */
  help?: readonly string[]
  /** Who is there to carry the station on before the listener comes, in this order. */
  relays?: readonly { id: RelayName; place: Place; options?: readonly string[] }[]
  /** Those of the relays that the broadcaster names (`--via`): they are there before him, and know of no station. */
  via?: readonly RelayName[]
  /** More listeners, who come one by one once the first hears the station. */
  others?: readonly Other[]
  /**
   * A crowd in `hosts` processes of `each` listeners, behind the same kind of NAT, who come at once after all others.
   * All are to hear it so soon after that. With `staysMs` each leaves so long after its first sound: two cores decode for
   * some dozens at a time, no more.
   */
  audience?: {
    hosts: number
    each: number
    place: Place
    withinMs: number
    maxGapMs?: number
    staysMs?: number
  }
  /** Options of `pearcast broadcast`. */
  broadcast?: readonly string[]
  /** Options of `pearcast listen`, of every listener but a helper. */
  listen?: readonly string[]
  /** What is broadcast: its own test tone, which is the default, or the same through a pipe that can stall. */
  input?: 'tone' | 'pipe'
  /** An empty site that a host can roam to. */
  elsewhere?: Place
  /** Nothing else plays meanwhile: what it measures is about what another play would take from the machine. */
  alone?: true
  /** `--path` of both; default auto. */
  path?: 'auto' | 'swarm' | 'webrtc'
  steps?: readonly Step[]
  /** How long it listens after the first sound and after the last step; default 4 s. */
  listenMs?: number
  expect: Expectation
  /** Of the matrix: which pair it is. */
  pair?: Pair
  /** Bare hyperdht tries the same in the same places meanwhile: a limit is one that it has too. */
  bare?: 'connects' | 'fails'
  /**
   * Without this mechanism. Of a negative control: its expectation must then fail, and that is what passes.
   */
  without?: { mechanism: Mechanism; role: Actor | 'both' }
}
