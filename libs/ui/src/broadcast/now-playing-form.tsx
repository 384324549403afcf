import { useSignal } from '@preact/signals'
import type { BroadcastState } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command } from '../engine/client.ts'
import { fitting, TOLD_BYTES } from '../fitting.ts'
import { t } from '../strings.ts'

/** What listeners read beside the title. */
export function NowPlayingForm({ broadcast: { nowPlaying } }: { broadcast: BroadcastState }): VNode {
  const typed = useSignal<string | undefined>(undefined)
  const text = typed.value ?? nowPlaying
  const tell = async (event: Event): Promise<void> => {
    event.preventDefault()
    await command({ name: 'set-now-playing', text: fitting(text.trim()) })
    typed.value = undefined
  }
  return (
    <form class="told" onSubmit={(event) => void tell(event)}>
      <label for="now-playing">{t.broadcast.nowPlaying}</label>
      <div class="row">
        <input
          id="now-playing"
          type="text"
          maxLength={TOLD_BYTES}
          autocomplete="off"
          placeholder={t.broadcast.nowPlayingExample}
          value={text}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <button type="submit" disabled={text.trim() === nowPlaying}>
          {t.broadcast.tell}
        </button>
      </div>
    </form>
  )
}
