import type { EngineStatus } from './engine/messages.ts'

/** What is asked, and the answers. */
interface Words {
  message: string
  detail: string
  buttons: readonly string[]
  defaultId: number
  cancelId: number
}

/** Every word that the program says outside its page. */
export const words = {
  name: 'pearCast',
  open: 'Open pearCast',
  mute: 'Mute',
  endBroadcast: 'End the broadcast',
  stopListening: 'Stop listening',
  autostart: 'Start with the computer',
  version: (version: string): string => `Version ${version}`,
  update: 'Restart to update',
  quit: 'Quit',
  microphone: {
    message: 'The microphone is switched off for pearCast',
    detail: 'This computer’s settings keep pearCast from it. Allow it there, then add the microphone again.',
    buttons: ['Open the settings', 'Not now'],
    defaultId: 0,
    cancelId: 1,
  },
  closing: (title: string): Words => ({
    message: `“${title}” is on air`,
    detail: 'It can go on without the window: the microphone stays open, and the tray shows it.',
    buttons: ['Stay on air', 'End the broadcast', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  }),
  quitting: (title: string): Words => ({
    message: `“${title}” is on air`,
    detail: 'Quitting ends the broadcast.',
    buttons: ['End the broadcast', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  }),
  engineFailed:
    'The part of pearCast that connects does not start. Start pearCast again; if that does not help, install it again.',
  notStarted: 'pearCast was not started',
} as const

/** One line for the tray. */
export function statusLine({ broadcast, listening, isMuted }: EngineStatus): string {
  if (broadcast !== null) {
    const who = broadcast.listeners === 1 ? '1 listener' : `${broadcast.listeners} listeners`
    return `On air${isMuted ? ', muted' : ''}: ${broadcast.title} (${who})`
  }
  if (listening !== null) return `Listening: ${listening.title === '' ? 'a station' : listening.title}`
  return 'Off air'
}
