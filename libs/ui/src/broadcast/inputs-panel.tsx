import type { InputStrip, Profile } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { monitor, monitored, slotPeaks } from '../audio/capture.ts'
import {
  addFiles,
  addMicrophone,
  addTab,
  canShareTab,
  changeMicrophone,
  inputs,
  inputTrouble,
  microphones,
  removeInput,
  returning,
  type Input,
  type StreamInput,
} from '../audio/inputs.ts'
import type { Playlist } from '../audio/playlist.ts'
import { command, state } from '../engine/client.ts'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { t } from '../strings.ts'

const MIN_DB = -40
const MAX_DB = 12
/** The mixer leaves out what is turned down so far. */
const OFF_DB = -60

const faderText = (db: number): string => (db <= MIN_DB ? t.broadcast.off : `${db > 0 ? '+' : ''}${db} dB`)

export function Inputs({ profile }: { profile: Profile }): VNode {
  const strips = state.value?.inputs ?? []
  const slots = new Set([...inputs.value.map(({ slot }) => slot), ...returning.value])
  return (
    <section class="card" aria-labelledby="inputs-heading">
      <h2 id="inputs-heading">{t.broadcast.inputs}</h2>
      {slots.size === 0 ? (
        <p class="hint">{t.broadcast.noInputs}</p>
      ) : (
        <ul class="strips">
          {strips
            .filter(({ slot }) => slots.has(slot))
            .map((strip) => (
              <Strip
                key={strip.slot}
                input={inputs.value.find(({ slot }) => slot === strip.slot)}
                strip={strip}
                profile={profile}
              />
            ))}
        </ul>
      )}
      {inputTrouble.value !== '' && (
        <p class="problem" role="alert">
          {inputTrouble}
        </p>
      )}
      <div class="row wrap">
        <button type="button" onClick={() => void addMicrophone(profile)}>
          <Icon name="mic" />
          {t.broadcast.addMic}
        </button>
        {canShareTab && (
          <button type="button" onClick={() => void addTab()}>
            <Icon name="screen" />
            {t.broadcast.addTab}
          </button>
        )}
        <label class="button">
          <Icon name="note" />
          {t.broadcast.addFiles}
          <input
            class="visually-hidden"
            type="file"
            accept="audio/*"
            multiple
            onChange={(event) => {
              void addFiles([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
        </label>
      </div>
      <p class="hint">{t.broadcast.dropHere}</p>
    </section>
  )
}

interface StripProps {
  /** Undefined while it is opened again: it has its place already. */
  input: Input | undefined
  strip: InputStrip
  profile: Profile
}

function Strip({ input, profile, strip }: StripProps): VNode {
  const { gainDb, label, muted } = strip
  const isMicrophone = input === undefined || input.kind === 'mic'
  const stream = input?.kind === 'files' ? undefined : input
  const set = (change: Partial<InputStrip>): void => void command({ name: 'set-input', ...strip, ...change })
  return (
    <li class="strip" inert={input === undefined}>
      <div class="row strip-head">
        <span class="strip-label">{label}</span>
        <button
          type="button"
          class="quiet"
          aria-pressed={muted}
          aria-label={t.broadcast.mute(label)}
          onClick={() => set({ muted: !muted })}
        >
          {t.broadcast.muteShort}
        </button>
        <button
          type="button"
          class="quiet icon-only"
          aria-label={t.broadcast.removeInput(label)}
          onClick={() => input && void removeInput(input)}
        >
          <Icon name="close" />
        </button>
      </div>
      {isMicrophone && <DeviceChoice input={stream} profile={profile} />}
      {stream?.isLost && (
        <p class="problem">{stream.kind === 'mic' ? t.broadcast.lost : t.broadcast.tabLost}</p>
      )}
      {input?.kind === 'files' && <PlaylistControls playlist={input.playlist} />}
      <StripMeter strip={strip} />
      <div class="row">
        <input
          class="fader"
          type="range"
          min={MIN_DB}
          max={MAX_DB}
          step="1"
          value={Math.max(MIN_DB, gainDb)}
          aria-label={t.broadcast.fader(label)}
          aria-valuetext={faderText(gainDb)}
          onInput={(event) => {
            const db = event.currentTarget.valueAsNumber
            set({ gainDb: db <= MIN_DB ? OFF_DB : db })
          }}
        />
        <span class="fader-text" aria-hidden="true">
          {faderText(gainDb)}
        </span>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={monitored.value.has(strip.slot)}
          aria-label={t.broadcast.monitorOf(label)}
          onChange={(event) => monitor(strip.slot, event.currentTarget.checked)}
        />
        <span>
          {t.broadcast.monitor} {isMicrophone && <span class="hint">{t.broadcast.headphones}</span>}
        </span>
      </label>
    </li>
  )
}

interface DeviceChoiceProps {
  input: StreamInput | undefined
  profile: Profile
}

function DeviceChoice({ input, profile }: DeviceChoiceProps): VNode | null {
  if (microphones.value.length < 2) return null
  return (
    <select
      aria-label={t.broadcast.device}
      value={input?.deviceId}
      onChange={({ currentTarget: { value } }) => input && void changeMicrophone(input, value, profile)}
    >
      {microphones.value.map(({ deviceId, label }) => (
        <option key={deviceId} value={deviceId}>
          {label}
        </option>
      ))}
    </select>
  )
}

/** Apart: it alone is drawn sixteen times a second. Behind the fader, as it goes on air. */
function StripMeter({ strip: { gainDb, label, muted, slot } }: { strip: InputStrip }): VNode {
  const peak = (slotPeaks.value[slot] ?? 0) * 10 ** (gainDb / 20)
  return <Meter label={t.broadcast.meter(label)} peak={muted ? 0 : peak} isClipping={!muted && peak > 1} />
}

function PlaylistControls({ playlist }: { playlist: Playlist }): VNode {
  const { current, following } = playlist
  const failed = playlist.failed.value
  const count = playlist.files.value.length
  return (
    <>
      <div class="file">
        <p>
          {current?.name} {count > 1 && <span class="hint">{`${playlist.index.value + 1}/${count}`}</span>}
        </p>
        {following && <p class="hint">{t.broadcast.thenComes(following.name)}</p>}
      </div>
      {failed !== undefined && <p class="problem">{t.broadcast.cannotPlay(failed)}</p>}
      <div class="row wrap">
        <button type="button" onClick={() => playlist.toggle()}>
          <Icon name={playlist.isPlaying.value ? 'pause' : 'play'} />
          {playlist.isPlaying.value ? t.broadcast.pause : t.broadcast.resume}
        </button>
        {following && (
          <button type="button" onClick={() => playlist.next()}>
            <Icon name="next" />
            {t.broadcast.next}
          </button>
        )}
      </div>
    </>
  )
}
