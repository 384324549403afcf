import type { Profile } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { t } from '../strings.ts'

interface SoundChoiceProps {
  profile: Profile
  isFixed: boolean
  choose: (profile: Profile) => void
}

export function SoundChoice({ choose, isFixed, profile }: SoundChoiceProps): VNode {
  const options = [
    ['music', t.broadcast.music, t.broadcast.musicWhy],
    ['voice', t.broadcast.voice, t.broadcast.voiceWhy],
  ] as const
  return (
    <fieldset class="card choice" disabled={isFixed}>
      <legend>{t.broadcast.sound}</legend>
      {options.map(([value, name, why]) => (
        <label key={value} class="option">
          <input
            type="radio"
            name="sound"
            value={value}
            checked={profile === value}
            onChange={() => choose(value)}
          />
          <span>
            <strong>{name}</strong>
            <span class="hint">{why}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
