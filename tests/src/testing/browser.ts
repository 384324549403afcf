import { spawnSync } from 'node:child_process'
import { chromium, type Browser } from 'playwright-core'

/** Debian's name for the binary, and what other systems call it. */
const BINARIES = ['chromium', 'chromium-browser', 'google-chrome']

export const INSTALL_HINT = 'apt-get install -y --no-install-recommends chromium'

/** The Chromium of this machine, if there is one. */
export function chromiumBinary(): string | undefined {
  const finder = process.platform === 'win32' ? 'where' : 'which'
  for (const name of BINARIES) {
    const { status, stdout } = spawnSync(finder, [name], { encoding: 'utf8' })
    if (status === 0) return stdout.split('\n')[0]?.trim()
  }
  return undefined
}

/** Headless, and with WebRTC over loopback, where nothing leaves the machine. */
export function launchChromium(executablePath: string, args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // CI runs as root
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--mute-audio',
      ...args,
    ],
  })
}
