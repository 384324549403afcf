/** What people want to know first, in words. Whatever else there is follows under its name. */
const WORDS: Readonly<Record<string, string>> = {
  'arrival.joinMs.p50': 'Arrival: first sound, p50, ms',
  'arrival.joinMs.p95': 'Arrival: first sound, p95, ms',
  'arrival.unserved': 'Arrival: never heard anything',
  'arrival.rootDialsPerS': 'Arrival: dials at the broadcaster in its busiest second',
  'arrival.placesPerListener': 'Arrival: places offered, a listener',
  'arrival.messagesPerPeer': 'Arrival: control messages, a peer',
  'churn.continuity': 'Churn: continuity',
  'churn.interruptionsPerHour': 'Churn: interruptions, a listener and hour',
  'churn.copiesMax': 'Churn: copies that the broadcaster sends',
  'churn.depthP95': 'Churn: depth of a listener, p95',
  'churn.depthMax': 'Churn: depth of the tree',
  'churn.reparentsPerPeerHour': 'Churn: changes of the parent, a peer and hour',
  'churn.messagesPerPeerMinute': 'Churn: control messages, a peer and minute',
  'churn.uplinkUsed': 'Churn: uplink used, of what is offered',
  'partition.othersHearing': 'Partition: who of the others hears',
  'partition.healedAfterS': 'Partition: healed after, s',
  cpuS: 'CPU of the simulation, s',
  timesRealTime: 'Simulated, times real time',
  'timesRealTimeIn.arrival': 'Arrival: simulated, times real time',
  'timesRealTimeIn.churn': 'Churn: simulated, times real time',
  'timesRealTimeIn.partition': 'Partition: simulated, times real time',
  memoryMiB: 'Memory of the simulation, MiB',
  hearing: 'Who hears',
  copies: 'Copies that the broadcaster sends',
  'depth.max': 'Depth of the tree',
  'depth.p50': 'Depth of a listener, p50',
  'depth.p95': 'Depth of a listener, p95',
  uplinkUsed: 'Uplink used, of what is offered',
  warm: 'Who has a warm second parent',
}
const ORDER = Object.keys(WORDS)
/** Of 1, and shown in per cent. */
const SHARES = new Set([
  'churn.continuity',
  'churn.lost',
  'churn.uplinkUsed',
  'partition.othersHearing',
  'hearing',
  'uplinkUsed',
  'warm',
])

/** In words, if there are any. */
export function titleOf(name: string): string {
  return WORDS[name] ?? name
}

export function isNamed(name: string): boolean {
  return name in WORDS
}

export function isOther(name: string): boolean {
  return !isNamed(name)
}

/** Each once; those with words first, in the order of the words. */
export function inOrder(names: readonly string[]): string[] {
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return [...new Set(names)].toSorted((a, b) => rank(a) - rank(b))
}

export function isShare(name: string): boolean {
  return SHARES.has(name)
}

/** As people read it. */
export function valueText(name: string, value: number): string {
  return isShare(name) ? `${Number((100 * value).toFixed(4))} %` : String(value)
}
