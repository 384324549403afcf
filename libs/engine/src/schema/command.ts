export type Profile = 'voice' | 'music'

/** What a page may ask for. Each is answered, by its message's id, with `reply`. */
export type Command =
  | { name: 'listen'; link: string; buffer: 'low' | 'robust' }
  | { name: 'stop-listening' }
  /** Under the title that a listener knows it by, or its own name. */
  | { name: 'keep-station'; link: string; title: string }
  | { name: 'forget-station'; keptName: string }
  | { name: 'forget-history' }
  /** Its keys are made; answered when it is in the state. */
  | { name: 'create-station'; title: string }
  | { name: 'go-on-air'; station: string; title: string; profile: Profile; bitrate: number }
  | { name: 'go-off-air' }
  /** A strip of the mixer: made, or changed. */
  | { name: 'set-input'; slot: number; label: string; gainDb: number; muted: boolean }
  | { name: 'remove-input'; slot: number }
  | { name: 'mute'; muted: boolean }

export type CommandName = Command['name']
