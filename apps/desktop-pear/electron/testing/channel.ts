/** What the stand-ins for Electron's main and utility process say to each other; ports are named by numbers. */
export type FromMain =
  | { type: 'parent'; message: unknown; ports: number[] }
  | { type: 'port'; id: number; data: unknown }
  | { type: 'closed'; id: number }

export type ToMain =
  | { type: 'parent'; message: unknown }
  | { type: 'port'; id: number; data: unknown }
  | { type: 'closed'; id: number }

/** What the stand-in tells of itself: a line of JSON each. */
export type Told =
  | { event: 'window'; url: string }
  | { event: 'engine'; pid: number }
  | { event: 'tray'; toolTip: string }
  | { event: 'question'; message: string }
  | { event: 'hidden' }
  | { event: 'trouble'; message: string }
  | { event: 'quit' }

/** What a test asks it to do: a line of JSON each. */
export type Asked =
  | { ask: 'second-instance'; argv: string[] }
  | { ask: 'menu'; label: string }
  /** The button that the user presses from now on. */
  | { ask: 'answer'; button: number }
  | { ask: 'close-window' }
