/** Between `pearcast ui` and the engine process that it looks after. */
export type ToEngine =
  | {
      type: 'start'
      /** undefined: the usual one, or a free one */
      port: number | undefined
      /** Hashes of what the pages of an engine before this one have. */
      sessions: readonly string[]
      /** Its pages are open already. */
      isAgain: boolean
    }
  | { type: 'issue-url' }

export type FromEngineProcess =
  { type: 'ready'; port: number } | { type: 'sessions'; sessions: readonly string[] }
