/** What Electron Forge reads in the assembled app's folder; `scripts/assemble.ts` bundles it there. */
import { execFile } from 'node:child_process'
import { renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { forgeConfig, type ForgeConfig } from './forge-config.ts'
import { newestWindowsKit, thisHost } from './host-tools.ts'

const MADE = join('out', 'make')

/** The part of app-builder-lib 26 that is used. It is installed beside the assembled app, not in the workspace. */
interface AppBuilder {
  Arch: Record<string, number>
  Platform: { LINUX: { createTarget(type: string, arch: number | undefined): object } }
  build: (options: { prepackaged: string; targets: object; config: object }) => Promise<string[]>
}

/** With the name that `pear build` wants and pear-runtime looks for below `by-arch`. */
async function makeAppImage(arch: string): Promise<string> {
  const { Arch, Platform, build }: AppBuilder = createRequire(join(process.cwd(), 'package.json'))(
    'app-builder-lib',
  )
  const [made = ''] = await build({
    prepackaged: join('out', `pearCast-linux-${arch}`),
    targets: Platform.LINUX.createTarget('AppImage', Arch[arch]),
    config: {
      productName: 'pearCast',
      directories: { output: MADE },
      linux: {
        // Left alone, AppRun starts "pearcast", which is not there, and the menu's entry does without Chromium's sandbox.
        executableName: 'pearCast',
        executableArgs: [],
        category: 'AudioVideo',
        icon: join('electron', 'icons', 'icon.png'),
        mimeTypes: ['x-scheme-handler/pearcast'],
      },
    },
  })
  const file = join(MADE, 'pearCast.AppImage')
  renameSync(made, file)
  return file
}

/** A bundle is a folder with links in it, which are lost where it is sent as it is. */
async function packBundle(arch: string): Promise<string> {
  const file = join(MADE, 'pearCast.app.tar.gz')
  await promisify(execFile)('tar', [
    '-czf',
    file,
    '-C',
    join('out', `pearCast-darwin-${arch}`),
    'pearCast.app',
  ])
  return file
}

const config: ForgeConfig = forgeConfig({
  env: process.env,
  makeAppImage,
  packBundle,
  windowsKit: process.platform === 'win32' ? newestWindowsKit(thisHost) : undefined,
})
export default config
