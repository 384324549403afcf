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
  | {
      name: 'go-on-air'
      station: string
      title: string
      description: string
      profile: Profile
      bitrate: number
    }
  | { name: 'go-off-air' }
  /** A strip of the mixer: made, or changed. */
  | { name: 'set-input'; slot: number; label: string; gainDb: number; muted: boolean }
  | { name: 'remove-input'; slot: number }
  | { name: 'mute'; muted: boolean }
  /** One line of at most 200 bytes of UTF-8; '' for nothing. */
  | { name: 'set-now-playing'; text: string }
  /** Begins or ends a file of what is heard, or of what goes on air. */
  | { name: 'record'; what: 'listening' | 'broadcast'; isOn: boolean }
  /** Whether listeners may be served from here, with at most `uplinkBps`; null: as much as the program finds right. */
  | { name: 'set-relay'; mode: 'auto' | 'off'; uplinkBps: number | null }

export type CommandName = Command['name']
