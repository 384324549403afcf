/** What Electron Forge reads in the assembled app's folder; `scripts/assemble.ts` bundles it there. */
import { renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { forgeConfig, type ForgeConfig } from './forge-config.ts'

/** The part of app-builder-lib 26 that is used. It is installed beside the assembled app, not in the workspace. */
interface AppBuilder {
  Arch: Record<string, number>
  Platform: { LINUX: { createTarget(type: string, arch: number | undefined): object } }
  build: (options: { prepackaged: string; targets: object; config: object }) => Promise<string[]>
}

/** With the name that pear-runtime looks for below `by-arch`. */
async function makeAppImage(arch: string): Promise<string> {
  const { Arch, Platform, build }: AppBuilder = createRequire(join(process.cwd(), 'package.json'))(
    'app-builder-lib',
  )
  const [made = ''] = await build({
    prepackaged: join('out', `pearCast-linux-${arch}`),
    targets: Platform.LINUX.createTarget('AppImage', Arch[arch]),
    config: {
      productName: 'pearCast',
      directories: { output: join('out', 'make') },
      linux: {
        category: 'AudioVideo',
        icon: join('electron', 'icons', 'icon.png'),
        mimeTypes: ['x-scheme-handler/pearcast'],
      },
    },
  })
  const file = join('out', 'make', 'pearCast.AppImage')
  renameSync(made, file)
  return file
}

const config: ForgeConfig = forgeConfig({ env: process.env, makeAppImage })
export default config
