import { keepCompiled } from './run/compile-cache.ts'

// Before the import, or what it compiles would not be kept.
keepCompiled()
const { run } = await import('./command-line.ts')
await run()
