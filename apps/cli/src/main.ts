#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { cacheFolder } from './folders.ts'

// Compiling the libraries takes longer than finding a station. Before the import, or it would not be seen.
enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? cacheFolder())
/**
 * The space for young objects would double again and again, from 2 to 28 MiB, with the garbage of a crowd that joins, and
 * never shrink. Once they have joined there is little garbage, so that the small space costs nothing.
 */
setFlagsFromString('--semi-space-growth-factor=1')
const { run } = await import('./run.ts')

const exitCode = await run(process.argv.slice(2), import.meta.filename)
// Native libraries may hold handles; what was printed must be out before they are cut.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
)
process.exit(exitCode)
