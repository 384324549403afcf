/** One measurement: the fields that every bench fills as far as they apply to it, null where they do not. */
export interface Row {
  bench: string
  /** What carried the packets, or did the work. */
  path: string
  /** Listeners, children, or repetitions. */
  n: number
  /** CPU time of the sending process, user and system, for each packet that it sent. */
  cpuUsPerPacket: number | null
  /** How many such listeners would use up one core, at 50 packets/s each. */
  listenersPerCore: number | null
  /** What the sending process holds more than with no listener. */
  rssPerListenerKiB: number | null
  lossRatio: number | null
  /** CPU a packet, divided by that of a plain `dgram` sender with as many receivers in the same run. */
  ratioToDgram: number | null
  /** What only this bench measures; the unit is part of each name. */
  readonly [more: string]: number | string | null
}

/** What a window of time showed of one sender and all of its receivers. */
export interface Window {
  cpuUs: number
  /** Packets that went out, all listeners together. */
  sent: number
  received: number
  /** Dropped because a receiver's buffer was full: a loss of whoever did not read, not of the sender. */
  overflowed: number
  rssKiB: number
  /** Before the first listener came. */
  emptyRssKiB: number
}

/** 20 ms frames. */
const PACKETS_PER_S = 50

/** The fields that all rows have, for those that fill in only some. */
export function row(bench: string, path: string, n: number, more: Partial<Row> = {}): Row {
  const empty = {
    cpuUsPerPacket: null,
    listenersPerCore: null,
    rssPerListenerKiB: null,
    lossRatio: null,
    ratioToDgram: null,
  }
  return { bench, path, n, ...empty, ...more }
}

/** @param dgramUs CPU a packet of the plain sender, when it was measured beside it */
export function windowRow(bench: string, path: string, n: number, seen: Window, dgramUs?: number): Row {
  const cpuUsPerPacket = seen.cpuUs / seen.sent
  return row(bench, path, n, {
    cpuUsPerPacket: round(cpuUsPerPacket, 2),
    listenersPerCore: listenersPerCore(cpuUsPerPacket),
    rssPerListenerKiB: round((seen.rssKiB - seen.emptyRssKiB) / n, 1),
    lossRatio: lossRatio(seen.sent, seen.received),
    ratioToDgram: dgramUs === undefined ? null : round(cpuUsPerPacket / dgramUs, 2),
    rssMiB: round(seen.rssKiB / 1024, 1),
    overflowRatio: round(seen.overflowed / seen.sent, 6),
  })
}

export function listenersPerCore(cpuUsPerPacket: number): number {
  return Math.floor(1e6 / (cpuUsPerPacket * PACKETS_PER_S))
}

/** Rounded up to a millionth: one packet of a million lost is not none. */
export function lossRatio(sent: number, received: number): number {
  if (sent <= 0) return 1
  return Math.max(0, Math.ceil((1 - received / sent) * 1e6 - 1e-6)) / 1e6
}

export function round(value: number, digits: number): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}

/** The value below which the given share of the samples lies, nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
