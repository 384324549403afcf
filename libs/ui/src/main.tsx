import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { addFiles, restoreInputs, watchDevices } from './audio/inputs.ts'
import { openOutput } from './audio/output.ts'
import { connect, state } from './engine/client.ts'
import { pageTitle } from './strings.ts'
import './style/page.css'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)

await connect()
watchDevices()

// What the engine did while this page was away goes on here.
const stop = effect(() => {
  if (state.value === undefined) return
  queueMicrotask(() => {
    stop()
    if (state.value?.listening) void openOutput()
    void restoreInputs()
  })
})

effect(() => {
  document.title = pageTitle(state.value)
})

addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  void addFiles([...(event.dataTransfer?.files ?? [])])
})
addEventListener('beforeunload', (event) => {
  if (state.value?.broadcast?.phase === 'on-air') event.preventDefault()
})
