/** The main process of Electron: hands in what is real. What is done with it is in `wire.ts`, which runs without Electron. */
import * as electron from 'electron'
import PearRuntime from 'pear-runtime'
import manifest from '../package.json' with { type: 'json' }
import { start } from './wire.ts'

// Not awaited: Electron gets ready only when this module has been evaluated.
void start({ electron, PearRuntime, process, manifest, folder: import.meta.dirname })
