export * from './lab.ts'

// A lab with a DHT in it, and the places of scenarios
export { Stage, type StageOptions } from './run/stage.ts'
export { behind, withoutUdp } from './scenarios/places.ts'
export type { Scenario } from './scenarios/scenario.ts'
export { discover, type NatReport, type ProbeServers } from './probe/discover.ts'
