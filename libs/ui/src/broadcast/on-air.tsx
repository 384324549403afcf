import { useSignal } from '@preact/signals'
import type { BroadcastState, OwnStation } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command, programme, state } from '../engine/client.ts'
import { Meter } from '../parts/meter.tsx'
import { Notice } from '../parts/notice.tsx'
import { now } from '../parts/now.ts'
import { RecordButton, RecordingNote } from '../parts/record-button.tsx'
import { clock, t } from '../strings.ts'
import { NowPlayingForm } from './now-playing-form.tsx'

const SILENT_FOR_MS = 5000

interface OnAirProps {
  broadcast: BroadcastState | null
  station: OwnStation | undefined
  goOnAir: (title: string, description: string) => Promise<void>
}

export function OnAir({ broadcast, goOnAir, station }: OnAirProps): VNode {
  const typed = useSignal<string | undefined>(undefined)
  const described = useSignal<string | undefined>(undefined)
  const description = broadcast?.description ?? described.value ?? station?.description ?? ''
  const title = broadcast?.title ?? typed.value ?? station?.title ?? ''
  return (
    <section class={`card on-air is-${broadcast?.phase ?? 'off'}`} aria-labelledby="air-heading">
      <h2 id="air-heading" class="visually-hidden">
        {t.broadcast.onAir}
      </h2>
      <label for="show-title">{t.broadcast.showTitle}</label>
      <input
        id="show-title"
        type="text"
        maxLength={100}
        autocomplete="off"
        disabled={broadcast !== null || station === undefined}
        value={title}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <label for="show-description">{t.broadcast.description}</label>
      <input
        id="show-description"
        type="text"
        maxLength={160}
        autocomplete="off"
        disabled={broadcast !== null || station === undefined}
        placeholder={broadcast === null ? t.broadcast.descriptionExample : ''}
        value={description}
        onInput={(event) => (described.value = event.currentTarget.value)}
      />
      <AirButton
        broadcast={broadcast}
        isReady={station !== undefined && title.trim() !== ''}
        goOnAir={() => void goOnAir(title, description)}
      />
      {station === undefined && <p class="hint">{t.broadcast.stationFirst}</p>}
      {broadcast?.phase === 'on-air' && <OnAirDetails broadcast={broadcast} />}
    </section>
  )
}

interface AirButtonProps {
  broadcast: BroadcastState | null
  isReady: boolean
  goOnAir: () => void
}

function AirButton({ broadcast, goOnAir, isReady }: AirButtonProps): VNode {
  if (broadcast === null)
    return (
      <button type="button" class="air-button" disabled={!isReady} onClick={goOnAir}>
        {t.broadcast.goOnAir}
      </button>
    )
  if (broadcast.phase !== 'on-air')
    return (
      <button type="button" class="air-button" disabled>
        {broadcast.phase === 'starting' ? t.broadcast.starting : t.broadcast.stopping}
      </button>
    )
  return (
    <>
      <p class="phase">
        <span class="lamp" aria-hidden="true" />
        <span role="status">{t.broadcast.onAir}</span>
        <span class="time"> {clock(now.value - (broadcast.onAirAtMs ?? now.value))}</span>
      </p>
      <button type="button" class="air-button is-on" onClick={() => void command({ name: 'go-off-air' })}>
        {t.broadcast.goOffAir}
      </button>
    </>
  )
}

function OnAirDetails({ broadcast }: { broadcast: BroadcastState }): VNode {
  const isMuted = state.value?.muted ?? false
  const levels = programme.value
  const warning = warningOf(broadcast, isMuted)
  return (
    <>
      <Meter
        label={t.broadcast.programme}
        peak={levels === undefined ? 0 : 10 ** (levels.peakDb / 20)}
        isClipping={levels?.clipping ?? false}
      />
      <div class="row wrap">
        <button
          type="button"
          aria-pressed={isMuted}
          onClick={() => void command({ name: 'mute', muted: !isMuted })}
        >
          {t.broadcast.muteAll}
        </button>
        <RecordButton what="broadcast" />
      </div>
      {warning !== '' && <Notice kind="warning">{warning}</Notice>}
      <RecordingNote what="broadcast" />
      <NowPlayingForm broadcast={broadcast} />
    </>
  )
}

function warningOf({ source }: BroadcastState, isMuted: boolean): string {
  const levels = programme.value
  if (isMuted) return t.broadcast.muted
  if (source === 'stalled') return t.broadcast.stalled
  if (levels?.clipping === true) return t.broadcast.clipping
  return (levels?.silentMs ?? 0) > SILENT_FOR_MS ? t.broadcast.silent : ''
}
