/** `npx nx run desktop-pear:build`: the app in dist/app, for Electron and for the end-to-end test. */
import { join } from 'node:path'
import { assemble } from './assemble.ts'

await assemble(join(import.meta.dirname, '..', 'dist', 'app'))
