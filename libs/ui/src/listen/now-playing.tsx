import type { ListeningState } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { chooseOutput, output, outputMs, outputs, volume } from '../audio/output.ts'
import { command, heard, level, state } from '../engine/client.ts'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { Notice } from '../parts/notice.tsx'
import { now } from '../parts/now.ts'
import { RecordButton, RecordingNote } from '../parts/record-button.tsx'
import { StationPicture } from '../parts/station-picture.tsx'
import { clock, route, t } from '../strings.ts'

export function NowPlaying({ listening }: { listening: ListeningState }): VNode {
  const { description, link, nowPlaying, phase, sinceMs, title } = listening
  const [word, what] = t.listen.phase[phase]
  const isKept = state.value?.kept.some((each) => each.link === link) ?? false
  const shown = title === '' ? t.listen.untitled : title
  return (
    <section class={`card now-playing is-${phase}`} aria-labelledby="now-title">
      <p class="phase">
        <span class="lamp" aria-hidden="true" />
        <span role="status">{word}</span>
        {phase === 'playing' && <span class="time"> {clock(now.value - sinceMs)}</span>}
      </p>
      <div class="station-head">
        <StationPicture link={link} title={shown} />
        <div>
          <h2 id="now-title">{shown}</h2>
          {description !== '' && <p class="description">{description}</p>}
          <p role="status">
            {nowPlaying !== '' && phase !== 'off-air' && (
              <>
                <span class="hint">{t.listen.nowPlaying}</span> {nowPlaying}
              </>
            )}
          </p>
        </div>
      </div>
      <p class="hint">{phase === 'playing' ? playingHint(listening) : what}</p>
      <Level />
      <div class="row controls">
        <button type="button" class="primary" onClick={() => void command({ name: 'stop-listening' })}>
          <Icon name="stop" />
          {t.listen.stop}
        </button>
        <button
          type="button"
          aria-pressed={isKept}
          disabled={isKept}
          onClick={() => void command({ name: 'keep-station', link, title: shown })}
        >
          <Icon name="star" />
          {isKept ? t.listen.kept : t.listen.keep}
        </button>
        <RecordButton what="listening" />
        <label class="volume">
          <span>{t.listen.volume}</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.01"
            value={volume}
            onInput={(event) => (volume.value = event.currentTarget.valueAsNumber)}
          />
        </label>
      </div>
      <RecordingNote what="listening" />
      {listening.impostor && <Notice kind="warning">{t.listen.impostor}</Notice>}
      <Details listening={listening} />
    </section>
  )
}

function playingHint({ hops, path, via }: ListeningState): string {
  const playout = heard.value?.state
  if (playout === 'quiet') return t.listen.quiet
  if (playout === 'starved') return t.listen.starved
  return t.listen.comes(route(path, via, hops).replace(/ \(.*/, ''), delayMs())
}

/** From capture to the ear; NaN while nothing is known of it. */
function delayMs(): number {
  const { latencyMs, ringMs = 0 } = heard.value ?? {}
  return (latencyMs?.p50 ?? Number.NaN) + ringMs + outputMs.value
}

/** Apart: fifteen times a second, this alone is drawn again. */
function Level(): VNode {
  return <Meter label={t.listen.level} peak={level.value} />
}

function Details({ listening }: { listening: ListeningState }): VNode {
  const { bitrate, buffer, channels, hops, link, path, via } = listening
  const isRecording = state.value?.recordings.listening?.isRunning === true
  const { figures } = t.listen
  const here = heard.value
  const bad = (here?.framesLost ?? 0) + (here?.framesConcealed ?? 0)
  const behindMs = delayMs()
  return (
    <details>
      <summary>{t.listen.details}</summary>
      <dl>
        <dt>{figures.how}</dt>
        <dd>{route(path, via, hops)}</dd>
        <dt>{figures.quality}</dt>
        <dd>{bitrate === 0 ? figures.unknown : figures.sound(bitrate, channels)}</dd>
        <dt>{figures.delay}</dt>
        <dd>{Number.isFinite(behindMs) ? figures.ms(behindMs) : figures.unknown}</dd>
        <dt>
          <label for="buffer">{figures.buffer}</label>
        </dt>
        <dd>
          <select
            id="buffer"
            value={buffer}
            disabled={isRecording}
            onChange={({ currentTarget: { value } }) =>
              void command({ name: 'listen', link, buffer: value === 'robust' ? 'robust' : 'low' })
            }
          >
            <option value="low">{t.listen.lowDelay}</option>
            <option value="robust">{t.listen.robust}</option>
          </select>
        </dd>
        <dt>{figures.held}</dt>
        <dd>{here === undefined ? figures.unknown : figures.buffered(here.bufferMs)}</dd>
        <dt>{figures.lost}</dt>
        <dd>{here === undefined ? figures.unknown : figures.of(bad, bad + here.framesPlayed)}</dd>
        <OutputChoice />
      </dl>
    </details>
  )
}

/** Where the browser tells its devices and can change between them. */
function OutputChoice(): VNode | null {
  if (outputs.value.length < 2) return null
  return (
    <>
      <dt>
        <label for="output">{t.listen.output}</label>
      </dt>
      <dd>
        <select id="output" value={output} onChange={(event) => void chooseOutput(event.currentTarget.value)}>
          <option value="">{t.listen.usualOutput}</option>
          {outputs.value.map(({ deviceId, label }) => (
            <option key={deviceId} value={deviceId}>
              {label}
            </option>
          ))}
        </select>
      </dd>
    </>
  )
}
