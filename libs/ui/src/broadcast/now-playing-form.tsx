import { useSignal } from '@preact/signals'
import type { BroadcastState } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command } from '../engine/client.ts'
import { t } from '../strings.ts'

const MAX_BYTES = 200

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
          maxLength={MAX_BYTES}
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

/** As much as is told, cut between letters. */
export function fitting(text: string): string {
  const encoder = new TextEncoder()
  let fits = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (encoder.encode(fits + segment).length > MAX_BYTES) break
    fits += segment
  }
  return fits
}
