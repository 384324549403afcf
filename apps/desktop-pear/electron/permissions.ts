import type { ElectronApi, PermissionDetails } from './electron-api.ts'
import { isPageUrl } from './page-files.ts'
import { words } from './words.ts'

/** What a page needs beside sound: the copy button, and the choice of a loudspeaker. */
const HARMLESS = new Set(['clipboard-sanitized-write', 'speaker-selection'])

/** Sound from the microphone, never a picture; to our page, never to another one. */
function mayHave(permission: string, { mediaTypes = [], requestingUrl }: PermissionDetails): boolean {
  if (!isPageUrl(requestingUrl)) return false
  if (permission !== 'media') return HARMLESS.has(permission)
  return mediaTypes.length > 0 && mediaTypes.every((type) => type === 'audio')
}

export function guardPermissions(electron: ElectronApi, platform: NodeJS.Platform): void {
  const { defaultSession } = electron.session
  defaultSession.setPermissionRequestHandler((_, permission, callback, details) => {
    if (!mayHave(permission, details)) return callback(false)
    if (permission !== 'media') return callback(true)
    void answer(microphoneAllowed(electron, platform), callback)
  })
  defaultSession.setPermissionCheckHandler((_, permission, origin, { mediaType }) =>
    mayHave(permission, {
      requestingUrl: origin,
      mediaTypes: mediaType === undefined ? [] : [mediaType],
    }),
  )
  defaultSession.setDevicePermissionHandler(() => false)
}

/** What goes wrong while the user is asked is no permission. */
async function answer(asked: Promise<boolean>, callback: (isGranted: boolean) => void): Promise<void> {
  const [result] = await Promise.allSettled([asked])
  callback(result.status === 'fulfilled' && result.value)
}

const SETTINGS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone',
  win32: 'ms-settings:privacy-microphone',
}

/** macOS asks once, Windows has a switch for all apps, and on Linux who may play may record. */
async function microphoneAllowed(electron: ElectronApi, platform: NodeJS.Platform): Promise<boolean> {
  const settings = SETTINGS[platform]
  if (settings === undefined) return true
  const { systemPreferences } = electron
  if (platform === 'darwin') {
    if (await systemPreferences.askForMediaAccess('microphone')) return true
  } else if (!['denied', 'restricted'].includes(systemPreferences.getMediaAccessStatus('microphone'))) {
    return true
  }
  const { response } = await electron.dialog.showMessageBox({
    type: 'warning',
    ...words.microphone,
    buttons: [...words.microphone.buttons],
  })
  if (response === 0) await electron.shell.openExternal(settings).catch(() => undefined)
  return false
}
