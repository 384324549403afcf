export { Engine, type EngineOptions } from './engine.ts'
export { EngineError } from './errors.ts'
export { EngineHost, type EngineHostOptions } from './host/host.ts'
