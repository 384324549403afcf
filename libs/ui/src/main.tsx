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

// Files only: a link may be dragged into its field.
addEventListener('dragover', (event) => {
  if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault()
})
addEventListener('drop', (event) => {
  const files = [...(event.dataTransfer?.files ?? [])]
  if (files.length === 0) return
  event.preventDefault()
  location.hash = '#broadcast'
  void addFiles(files)
})
addEventListener('beforeunload', (event) => {
  if (state.value?.broadcast?.phase === 'on-air') event.preventDefault()
})
