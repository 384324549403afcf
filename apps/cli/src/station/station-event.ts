/** What `pearcast station` reports: one `station-info` for each that is listed or shown, or what was done. */
export type StationCommandEvent =
  | {
      event: 'station-info'
      name: string
      link: string
      /** hexadecimal */
      key: string
      /** when it last went on air, s since 1970; 0: never */
      lastOnAirS: number
      file: string
    }
  | {
      event: 'station-changed'
      action: 'created' | 'renamed' | 'exported' | 'imported' | 'removed'
      name: string
      /** null where the keys are gone, and nothing is left to make a link of */
      link: string | null
    }
