import type { Profile } from '@pearcast/engine/schema'
import type { VNode } from 'preact'
import { t } from '../strings.ts'

export interface Sound {
  profile: Profile
  /** bit/s */
  bitrate: number
}

const BITRATES: Record<Profile, readonly number[]> = {
  voice: [24_000, 32_000, 48_000],
  music: [64_000, 96_000, 128_000, 160_000],
}
export const USUAL_BITRATE: Record<Profile, number> = { voice: 32_000, music: 96_000 }

interface SoundChoiceProps {
  sound: Sound
  isFixed: boolean
  choose: (sound: Sound) => void
}

export function SoundChoice({ choose, isFixed, sound }: SoundChoiceProps): VNode {
  const { bitrate, profile } = sound
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
            onChange={() => choose({ profile: value, bitrate: USUAL_BITRATE[value] })}
          />
          <span>
            <strong>{name}</strong>
            <span class="hint">{why}</span>
          </span>
        </label>
      ))}
      <label class="row bitrate">
        <span>{t.broadcast.bitrate}</span>
        <select
          value={bitrate}
          onChange={(event) => choose({ profile, bitrate: Number(event.currentTarget.value) })}
        >
          {BITRATES[profile].map((each) => (
            <option key={each} value={each}>
              {t.broadcast.kbits(each)}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  )
}
