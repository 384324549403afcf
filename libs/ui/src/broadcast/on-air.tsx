import { signal } from '@preact/signals'
import type { BroadcastState, OwnStation } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command, programme, state } from '../engine/client.ts'
import { Meter } from '../parts/meter.tsx'
import { now } from '../parts/now.ts'
import { RecordButton, RecordingNote } from '../parts/record-button.tsx'
import { clock, t } from '../strings.ts'
import { NowPlayingForm } from './now-playing-form.tsx'

const SILENT_FOR_MS = 5000

/** Of a station, until it is on air: kept while its user looks at the other page. */
const typed = signal<{ station?: string; title?: string; description?: string }>({})

interface OnAirProps {
  broadcast: BroadcastState | null
  station: OwnStation | undefined
  goOnAir: (title: string, description: string) => Promise<void>
}

export function OnAir({ broadcast, goOnAir, station }: OnAirProps): VNode {
  const here = typed.value.station === station?.name ? typed.value : {}
  const type = (change: { title: string } | { description: string }): void => {
    if (station !== undefined) typed.value = { ...here, ...change, station: station.name }
  }
  const description = broadcast?.description ?? here.description ?? station?.description ?? ''
  const title = broadcast?.title ?? here.title ?? station?.title ?? ''
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
        onInput={(event) => type({ title: event.currentTarget.value })}
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
        onInput={(event) => type({ description: event.currentTarget.value })}
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
  const phase = broadcast?.phase ?? 'off'
  const isOn = phase === 'on-air' || phase === 'stopping'
  const toggle = isOn ? (): void => void command({ name: 'go-off-air' }) : goOnAir
  const canToggle = phase === 'on-air' || (phase === 'off' && isReady)
  return (
    <>
      <p class="phase">
        <span class="lamp" aria-hidden="true" />
        <span role="status">{t.broadcast.phase[phase]}</span>
        {phase === 'on-air' && (
          <span class="time"> {clock(now.value - (broadcast?.onAirAtMs ?? now.value))}</span>
        )}
      </p>
      <button
        type="button"
        class={isOn ? 'air-button is-on' : 'air-button'}
        disabled={!canToggle}
        onClick={toggle}
      >
        {isOn ? t.broadcast.goOffAir : t.broadcast.goOnAir}
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
      <div class={warning === '' ? 'notice told-level' : 'notice told-level is-warning'} role="status">
        {warning === '' ? t.broadcast.fine : warning}
      </div>
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
