import { spawnSync } from 'node:child_process'
import { chromium, type Browser } from 'playwright-core'
import type { TestContext } from 'vitest'

/** Debian's name for the binary, and what other systems call it. */
const BINARIES = ['chromium', 'chromium-browser', 'google-chrome']

const INSTALL_HINT = 'apt-get install -y --no-install-recommends chromium'

/** The Chromium of this machine, if there is one. */
export function chromiumBinary(): string | undefined {
  const finder = process.platform === 'win32' ? 'where' : 'which'
  for (const name of BINARIES) {
    const { status, stdout } = spawnSync(finder, [name], { encoding: 'utf8' })
    if (status === 0) return stdout.split('\n')[0]?.trim()
  }
  return undefined
}

/** Skips a test aloud where there is none; under CI that is a failure. */
export function requireChromium(context: TestContext): void {
  if (chromiumBinary() !== undefined) return
  const reason = `there is no Chromium on this machine: ${INSTALL_HINT}`
  process.stdout.write(`SKIP: ${reason}\n`)
  if (process.env['CI'] === 'true') throw new Error(`CI has to run this test: ${reason}`)
  context.skip(reason)
}

/**
 * Headless, and with WebRTC over loopback, where nothing leaves the machine. No loudspeaker plays; a browser that is
 * muted instead, as the tool would, would give a silent tab to who captures it.
 */
export function launchChromium(executablePath: string, args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    ignoreDefaultArgs: ['--mute-audio'],
    args: [
      '--no-sandbox', // CI runs as root
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-audio-output',
      ...args,
    ],
  })
}
