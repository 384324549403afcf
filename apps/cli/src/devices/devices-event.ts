import type { AudioDevice, SoundSystem } from '@pearcast/audio'

/** What `pearcast devices` finds. */
export type DevicesEvent = {
  event: 'devices'
  system: SoundSystem
  inputs: AudioDevice[]
  outputs: AudioDevice[]
}
