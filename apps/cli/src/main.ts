#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import process from 'node:process'
import { cacheFolder } from './folders.ts'

// Compiling the libraries takes longer than finding a station. Before the import, or it would not be seen.
enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? cacheFolder())
const { run } = await import('./run.ts')

const exitCode = await run(process.argv.slice(2), import.meta.filename)
// Native libraries may hold handles; what was printed must be out before they are cut.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
)
process.exit(exitCode)
