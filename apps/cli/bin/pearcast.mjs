#!/usr/bin/env node
// The program from its source, which is TypeScript: an older Node would only say that it does not know the file's name.
if (process.features.typescript) await import('../src/main.ts')
else {
  const version = process.versions.node
  process.stderr.write(
    `pearcast runs from its source with Node 22.18 or newer, and this is ${version}: use "npx pearcast", which brings its own.\n`,
  )
  process.exitCode = 1
}
