import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where electron-windows-msix looks for the Windows SDK, and what it calls of it. */
const WINDOWS_KITS = String.raw`C:\Program Files (x86)\Windows Kits\10\bin`
const KIT_PROGRAMS = ['makeappx.exe', 'makepri.exe', 'SignTool.exe', 'makecert.exe']

/** What is looked at on the computer that packages. */
export interface Host {
  platform: NodeJS.Platform
  arch: string
  /** Whether a command ends well. */
  runs(command: string, ...args: string[]): boolean
  windowsKits: string
}

export const thisHost: Host = {
  platform: process.platform,
  arch: process.arch,
  runs: (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0,
  windowsKits: WINDOWS_KITS,
}

/**
 * What the makers call and npm does not bring, one line for each that is missing: what, what for, where from. mksquashfs is not
 * among them: app-builder-lib downloads its own.
 */
export function missingTools(host: Host): string[] {
  if (host.platform === 'linux')
    return host.runs('dpkg-deb', '--version') && host.runs('dpkg', '--version')
      ? []
      : ['dpkg is missing, which makes the .deb: "sudo apt install dpkg", or "sudo dnf install dpkg".']
  if (host.platform === 'darwin')
    return host.runs('xcode-select', '-p')
      ? []
      : [
          'The Xcode command line tools are missing, which sign the app and compile what makes the .dmg: "xcode-select --install".',
        ]
  if (host.platform !== 'win32') return [`There is no maker for ${host.platform}.`]
  const missing: string[] = []
  if (newestWindowsKit(host) === undefined)
    missing.push(
      `The Windows SDK is missing in ${host.windowsKits}, which makes the .msix: "winget install Microsoft.WindowsSDK.10.0.26100".`,
    )
  if (!host.runs('pwsh.exe', '-NoProfile', '-Command', 'exit'))
    missing.push(
      'PowerShell 7 is missing, which makes a certificate for trials: "winget install Microsoft.PowerShell".',
    )
  return missing
}

/** The version to take: left alone, electron-windows-msix wants the one of the oldest Windows that the app runs on. */
export function newestWindowsKit({
  arch,
  windowsKits,
}: Pick<Host, 'arch' | 'windowsKits'>): string | undefined {
  if (!existsSync(windowsKits)) return undefined
  const hasAll = (version: string): boolean =>
    KIT_PROGRAMS.every((program) => existsSync(join(windowsKits, version, arch, program)))
  return readdirSync(windowsKits)
    .filter((name) => /^10\.\d+\.\d+\.\d+$/.test(name) && hasAll(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
}
