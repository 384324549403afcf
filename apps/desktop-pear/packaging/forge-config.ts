import { join } from 'node:path'
import { pruneBinaries } from './prune.ts'

const SCHEME = 'pearcast'
const BUNDLE_ID = 'org.pearcast.desktop'
export const MICROPHONE_WHY =
  'pearCast puts your microphone on air when you go on air, and uses it for nothing else.'

interface Maker {
  name: string
  platforms: string[]
  config: object
}

/** The part of Electron Forge 8's configuration that is used. */
export interface ForgeConfig {
  packagerConfig: Record<string, unknown>
  makers: Maker[]
  plugins: { name: string; config: object }[]
  hooks: {
    packageAfterPrune(
      config: unknown,
      folder: string,
      version: string,
      platform: string,
      arch: string,
    ): Promise<void>
    postMake(config: unknown, results: MakeResult[]): Promise<MakeResult[]>
  }
}

interface MakeResult {
  artifacts: string[]
  platform: string
  arch: string
}

interface ForgeOptions {
  env: NodeJS.ProcessEnv
  /** Makes an AppImage of a packaged app. @returns the file */
  makeAppImage: (arch: string) => Promise<string>
}

/** Numbers of the bits in Electron's binary that switch things off for good. */
const FUSES = {
  runAsNode: 0,
  nodeOptions: 2,
  nodeInspect: 3,
  asarIntegrity: 4,
  onlyAsar: 5,
}

/** How the assembled app is packaged: its folder is the working directory. */
export function forgeConfig({ env, makeAppImage }: ForgeOptions): ForgeConfig {
  return {
    packagerConfig: {
      executableName: 'pearCast',
      appBundleId: BUNDLE_ID,
      appCategoryType: 'public.app-category.music',
      icon: join('electron', 'icons', 'icon'),
      // What a process loads as machine code has to be a file of its own.
      asar: { unpack: '**/*.{node,dll,dylib,so}' },
      // Read as a folder, which it is not inside of the archive.
      extraResource: ['page'],
      ignore: [/^\/(page|packaging|out)($|\/)/, /^\/forge\.config\./],
      derefSymlinks: true,
      protocols: [{ name: 'pearCast station', schemes: [SCHEME] }],
      extendInfo: { NSMicrophoneUsageDescription: MICROPHONE_WHY },
      ...signing(env),
    },
    makers: [
      {
        name: '@electron-forge/maker-deb',
        platforms: ['linux'],
        config: {
          options: {
            name: 'pearcast',
            bin: 'pearCast',
            productName: 'pearCast',
            genericName: 'Radio',
            section: 'sound',
            categories: ['AudioVideo', 'Audio', 'Network'],
            mimeType: [`x-scheme-handler/${SCHEME}`],
            icon: join('electron', 'icons', 'icon.png'),
          },
        },
      },
      { name: '@electron-forge/maker-dmg', platforms: ['darwin'], config: {} },
      {
        name: '@electron-forge/maker-msix',
        platforms: ['win32'],
        config: {
          appManifest: join('packaging', 'AppxManifest.xml'),
          packageAssets: join('electron', 'icons', 'msix'),
          ...(env['WINDOWS_CERTIFICATE_FILE'] !== undefined && {
            windowsSignOptions: {
              certificateFile: env['WINDOWS_CERTIFICATE_FILE'],
              certificatePassword: env['WINDOWS_CERTIFICATE_PASSWORD'],
            },
          }),
        },
      },
    ],
    plugins: [
      {
        name: '@electron-forge/plugin-fuses',
        config: {
          version: '1',
          [FUSES.runAsNode]: false,
          [FUSES.nodeOptions]: false,
          [FUSES.nodeInspect]: false,
          [FUSES.asarIntegrity]: true,
          [FUSES.onlyAsar]: true,
        },
      },
    ],
    hooks: {
      packageAfterPrune: async (_, folder, __, platform, arch) => {
        await pruneBinaries(folder, platform, arch)
      },
      // No maker of Forge makes AppImages, and an update replaces just that.
      postMake: async (_, results) => {
        const linux = results.find(({ platform }) => platform === 'linux')
        if (linux !== undefined) linux.artifacts.push(await makeAppImage(linux.arch))
        return results
      },
    },
  }
}

/** Without an identity the app is for this computer only: macOS quarantines it elsewhere. */
function signing(env: NodeJS.ProcessEnv): object {
  if (env['MAC_CODESIGN_IDENTITY'] === undefined) return {}
  return {
    osxSign: {
      identity: env['MAC_CODESIGN_IDENTITY'],
      optionsForFile: () => ({ entitlements: join('packaging', 'entitlements.plist') }),
    },
    osxNotarize: {
      appleId: env['APPLE_ID'],
      appleIdPassword: env['APPLE_PASSWORD'],
      teamId: env['APPLE_TEAM_ID'],
    },
  }
}
