import { signal, useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { reopenMicrophones } from '../audio/inputs.ts'
import { command, state } from '../engine/client.ts'
import { FirstUseNotice } from '../parts/first-use-notice.tsx'
import { RecordingNote } from '../parts/record-button.tsx'
import { t, troubleText } from '../strings.ts'
import { Audience } from './audience.tsx'
import { Inputs } from './inputs-panel.tsx'
import { OnAir } from './on-air.tsx'
import { Share } from './share.tsx'
import { SoundChoice, USUAL_BITRATE, type Sound } from './sound-choice.tsx'
import { chosenStation, StationChoice } from './station-choice.tsx'

/** Kept while its user looks at the other page. */
const chosen = signal<Sound>({ profile: 'music', bitrate: USUAL_BITRATE.music })

/** Microphones that are open already are heard as it says, too. */
function choose(next: Sound): void {
  const isOther = next.profile !== chosen.value.profile
  chosen.value = next
  if (isOther) void reopenMicrophones(next.profile)
}

export function BroadcastPage(): VNode {
  const problem = useSignal('')
  const broadcast = state.value?.broadcast ?? null
  const trouble = state.value?.trouble
  const station = chosenStation()
  const sound = broadcast ?? chosen.value

  const goOnAir = async (title: string, description: string): Promise<void> => {
    if (station === undefined) return
    problem.value = ''
    const reply = await command({
      name: 'go-on-air',
      station: station.name,
      title,
      description,
      ...chosen.value,
    })
    if (!reply.ok) problem.value = troubleText(reply)
  }
  const said =
    problem.value !== '' ? problem.value : trouble?.during === 'broadcast' ? troubleText(trouble) : ''

  return (
    <main class="page is-wide" id="main">
      <h1 class="visually-hidden">{t.broadcast.title}</h1>
      <FirstUseNotice />
      <div class="columns">
        <div class="column">
          <StationChoice isFixed={broadcast !== null} />
          <Inputs profile={sound.profile} />
          <SoundChoice sound={sound} isFixed={broadcast !== null} choose={choose} />
        </div>
        <div class="column">
          <OnAir broadcast={broadcast} station={station} goOnAir={goOnAir} />
          {said !== '' && (
            <p class="problem" role="alert">
              {said}
            </p>
          )}
          {broadcast === null && <RecordingNote what="broadcast" />}
          {broadcast?.phase === 'on-air' && <Share link={broadcast.link} title={broadcast.title} />}
          {broadcast?.phase === 'on-air' && <Audience broadcast={broadcast} />}
        </div>
      </div>
    </main>
  )
}
