import { join } from 'node:path'
import type { ElectronApi, MenuItem, Tray } from './electron-api.ts'
import type { EngineStatus } from './engine/messages.ts'
import { statusLine, words } from './words.ts'

export interface TrayActions {
  open(): void
  mute(isMuted: boolean): void
  endBroadcast(): void
  stopListening(): void
  setAutostart(isOn: boolean): void
  update(): void
  quit(): void
}

export interface TrayState {
  status: EngineStatus
  isAutostarted: boolean
  hasUpdate: boolean
}

/** Whether it is on air, seen at a glance, and what can be done about it without the window. */
export class StationTray {
  readonly #electron: ElectronApi
  readonly #icons: string
  readonly #version: string
  readonly #tray: Tray
  readonly #actions: TrayActions

  constructor(electron: ElectronApi, folder: string, version: string, actions: TrayActions) {
    this.#electron = electron
    this.#version = version
    this.#icons = join(folder, 'icons')
    this.#actions = actions
    this.#tray = new electron.Tray(this.#icon(false))
    this.#tray.on('click', () => actions.open())
  }

  show(state: TrayState): void {
    this.#tray.setImage(this.#icon(state.status.broadcast !== null))
    this.#tray.setToolTip(`${words.name}: ${statusLine(state.status)}`)
    this.#tray.setContextMenu(
      this.#electron.Menu.buildFromTemplate(trayMenu(state, this.#version, this.#actions)),
    )
  }

  close(): void {
    this.#tray.destroy()
  }

  #icon(isOnAir: boolean): string {
    return join(this.#icons, isOnAir ? 'tray-on-air.png' : 'tray.png')
  }
}

function trayMenu(
  { hasUpdate, isAutostarted, status }: TrayState,
  version: string,
  actions: TrayActions,
): MenuItem[] {
  const { broadcast, isMuted, listening } = status
  const separator: MenuItem = { type: 'separator' }
  return [
    { label: statusLine(status), enabled: false },
    { label: words.open, click: () => actions.open() },
    separator,
    ...(broadcast === null
      ? []
      : [
          {
            label: words.mute,
            type: 'checkbox' as const,
            checked: isMuted,
            click: () => actions.mute(!isMuted),
          },
          { label: words.endBroadcast, click: () => actions.endBroadcast() },
        ]),
    ...(listening === null ? [] : [{ label: words.stopListening, click: () => actions.stopListening() }]),
    ...(broadcast === null && listening === null ? [] : [separator]),
    {
      label: words.autostart,
      type: 'checkbox',
      checked: isAutostarted,
      click: () => actions.setAutostart(!isAutostarted),
    },
    { label: words.version(version), enabled: false },
    ...(hasUpdate ? [{ label: words.update, click: () => actions.update() }] : []),
    { label: words.quit, click: () => actions.quit() },
  ]
}
