import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { clock, t, troubleText } from '../strings.ts'
import { Icon } from './icon.tsx'
import { now } from './now.ts'

type What = 'listening' | 'broadcast'

export function RecordButton({ what }: { what: What }): VNode {
  const problem = useSignal('')
  const recording = state.value?.recordings[what]
  const isOn = recording?.isRunning === true
  const toggle = async (): Promise<void> => {
    const reply = await command({ name: 'record', what, isOn: !isOn })
    problem.value = reply.ok ? '' : troubleText(reply)
  }
  return (
    <>
      <button type="button" aria-pressed={isOn} onClick={() => void toggle()}>
        <Icon name={isOn ? 'stop' : 'record'} />
        {isOn ? t.record.end : t.record.begin}
        {isOn && <span class="time">{clock(now.value - recording.sinceMs)}</span>}
      </button>
      {problem.value !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** Where the last one is, or goes. */
export function RecordingNote({ what }: { what: What }): VNode | null {
  const recording = state.value?.recordings[what]
  if (!recording) return null
  return (
    <p class="hint recording" role="status">
      {recording.isRunning ? t.record.goesTo : t.record.isIn} <span class="path">{recording.file}</span>
    </p>
  )
}
