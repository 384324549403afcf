import { readFileSync, readdirSync } from 'node:fs'

/** Clock ticks of /proc/PID/stat: 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000

/** CPU time of a process with all of its threads, user and system, in us. proc(5): fields 14 and 15. */
export function cpuUs(pid: number): number {
  return parseCpuUs(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/** Resident memory of a process, KiB. */
export function rssKiB(pid: number): number {
  return parseRssKiB(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Datagrams that this machine dropped so far because the buffer of their receiver was full. */
export function fullBuffers(): number {
  return parseFullBuffers(readFileSync('/proc/net/snmp', 'utf8'))
}

export function parseFullBuffers(snmp: string): number {
  const [names = [], counts = []] = [...snmp.matchAll(/^Udp: (.*)$/gm)].map(([, line = '']) =>
    line.split(' '),
  )
  return Number(counts[names.indexOf('RcvbufErrors')] ?? Number.NaN)
}

/** The second field is the name of the program in brackets, and may hold spaces and brackets itself. */
export function parseCpuUs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

export function parseRssKiB(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
}
