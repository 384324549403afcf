import type { LikelyPath, Reach } from '@pearcast/session-fsm'
import type { NatClass, NatMapping } from '@pearcast/swarm'

type CheckName =
  'udp' | 'dht' | 'nat' | 'port' | 'ipv6' | 'clock' | 'audio' | 'ffmpeg' | 'rtc' | 'files' | 'keys'

/** One thing that was looked at. */
export interface Check {
  name: CheckName
  /** `skipped`: it could not be measured, for a reason that another check tells */
  status: 'ok' | 'warning' | 'failed' | 'skipped'
  /** one line for people: what is there, what it means, what to do */
  text: string
  /** of what failed, as in an `error` event */
  code: string | null
}

/** What `pearcast doctor` reports: each check as it is done, then everything together. */
export type DoctorEvent = ({ event: 'check' } & Check) | DiagnosisEvent

export interface DiagnosisEvent {
  event: 'diagnosis'
  /** since the arguments were parsed */
  ms: number
  /** `local`: on this computer, and nothing was learnt of the network outside; `limited`: on air, but not for everybody; `offline`: not at all */
  verdict: 'good' | 'local' | 'limited' | 'offline'
  /** the way out over IPv4; null when nothing answered, or only this computer did */
  nat: {
    class: NatClass
    mapping: NatMapping
    /** nothing comes in that was not asked for */
    firewalled: boolean
    /** host:port; port 0 when each destination sees another one */
    publicAddress: string | null
    portPreserved: boolean | null
    portStable: boolean | null
  } | null
  ipv6: 'global' | 'local' | 'none'
  /** how far the system's clock was moved while we looked, ms */
  clockStepMs: number
  /** null where there is none */
  openFilesLimit: number | null
  /** how a listener of each kind would be reached; null when nothing is known of our own side */
  paths: Record<Reach, LikelyPath> | null
}
