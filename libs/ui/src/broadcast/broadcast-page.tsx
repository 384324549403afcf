import { useSignal } from '@preact/signals'
import type { Profile } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { command, state } from '../engine/client.ts'
import { AddressesNotice } from '../parts/addresses-notice.tsx'
import { t, troubleText } from '../strings.ts'
import { Audience } from './audience.tsx'
import { Inputs } from './inputs-panel.tsx'
import { OnAir } from './on-air.tsx'
import { Share } from './share.tsx'
import { SoundChoice } from './sound-choice.tsx'
import { chosenStation, StationChoice } from './station-choice.tsx'

const BITRATE = { voice: 32_000, music: 96_000 } as const

export function BroadcastPage(): VNode {
  const profile = useSignal<Profile>('music')
  const problem = useSignal('')
  const broadcast = state.value?.broadcast ?? null
  const trouble = state.value?.trouble
  const station = chosenStation()
  const sound = broadcast?.profile ?? profile.value

  const goOnAir = async (title: string): Promise<void> => {
    if (station === undefined) return
    problem.value = ''
    const bitrate = BITRATE[profile.value]
    const reply = await command({
      name: 'go-on-air',
      station: station.name,
      title,
      profile: profile.value,
      bitrate,
    })
    if (!reply.ok) problem.value = troubleText(reply)
  }
  const said =
    problem.value !== '' ? problem.value : trouble?.during === 'broadcast' ? troubleText(trouble) : ''

  return (
    <main class="page is-wide" id="main">
      <h1 class="visually-hidden">{t.broadcast.title}</h1>
      <AddressesNotice />
      <div class="columns">
        <div class="column">
          <StationChoice isFixed={broadcast !== null} />
          <Inputs profile={sound} />
          <SoundChoice
            profile={sound}
            isFixed={broadcast !== null}
            choose={(chosen) => (profile.value = chosen)}
          />
        </div>
        <div class="column">
          <OnAir broadcast={broadcast} station={station} goOnAir={goOnAir} />
          {said !== '' && (
            <p class="problem" role="alert">
              {said}
            </p>
          )}
          {broadcast?.phase === 'on-air' && <Share link={broadcast.link} />}
          {broadcast?.phase === 'on-air' && <Audience broadcast={broadcast} />}
        </div>
      </div>
    </main>
  )
}
