import { existsSync } from 'node:fs'

/** What an app is signed with, by the names of environment variables: all of them, or none. */
const NEEDED: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['MAC_CODESIGN_IDENTITY', 'APPLE_ID', 'APPLE_PASSWORD', 'APPLE_TEAM_ID'],
  win32: ['WINDOWS_CERTIFICATE_FILE', 'WINDOWS_CERTIFICATE_PASSWORD', 'WINDOWS_PUBLISHER'],
}

const UNSIGNED: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'UNSIGNED: macOS opens this app on this computer only, and an update to it nowhere. Not for users.',
  win32:
    'UNSIGNED by anyone known: Windows installs this package only where its trial certificate is trusted, and updates only what this computer signed. Not for users.',
  linux: 'Linux has nobody to sign for: users compare the checksum, and updates are signed by their link.',
}

export interface Signing {
  isSigned: boolean
  /** To be said loudly when it is not signed. */
  message: string
}

/** A variable that is set to nothing is none: that is what a workflow makes of a secret that is not there. */
export function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

/** @throws Error with one line when only some of the variables are there, or the certificate is not */
export function signingOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Signing {
  const needed = NEEDED[platform] ?? []
  const missing = needed.filter((name) => valueOf(env, name) === undefined)
  // Without the other two the publisher says what a trial certificate is made out to.
  const given = needed.filter((name) => !missing.includes(name) && name !== 'WINDOWS_PUBLISHER')
  if (given.length > 0 && missing.length > 0)
    throw new Error(`${given.join(', ')} alone do not sign: ${missing.join(', ')} must be set as well.`)
  const certificate = valueOf(env, 'WINDOWS_CERTIFICATE_FILE')
  if (platform === 'win32' && certificate !== undefined && !existsSync(certificate))
    throw new Error(`WINDOWS_CERTIFICATE_FILE is ${certificate}, and there is no such file.`)
  const isSigned = given.length > 0
  return { isSigned, message: isSigned ? `Signed with ${given[0]}.` : (UNSIGNED[platform] ?? '') }
}
