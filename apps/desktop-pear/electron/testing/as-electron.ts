/** `node --import as-electron.ts main.js`: what imports Electron gets the one that shows its window in a browser. */
import { registerHooks } from 'node:module'

const url = new URL('electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
