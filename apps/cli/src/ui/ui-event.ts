/** What `pearcast ui` reports. The URL lets one page in: whoever has it first, has the engine. */
export type UiEvent =
  | { event: 'ui-ready'; url: string }
  /** The process behind the page: begun, or ended by itself, in which case another one follows. */
  | { event: 'ui-engine'; state: 'started' | 'lost'; pid: number }
  | { event: 'ended'; reason: string }
