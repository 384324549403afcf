/** What `pearcast ui` reports. The URL lets one page in: whoever has it first, has the engine. */
export type UiEvent = { event: 'ui-ready'; url: string } | { event: 'ended'; reason: string }
