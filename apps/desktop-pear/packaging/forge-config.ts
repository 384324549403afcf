import { join } from 'node:path'
import { pruneBinaries } from './prune.ts'
import { valueOf } from './signing.ts'

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
  /** Packs the bundle that is inside of the .dmg, links and permissions kept. @returns the file */
  packBundle: (arch: string) => Promise<string>
  /** The version of the Windows SDK. */
  windowsKit: string | undefined
}

/** Whom a trial certificate is made out to. */
export const TRIAL_PUBLISHER = 'CN=pearCast'

/** Numbers of the bits in Electron's binary that switch things off for good. */
const FUSES = {
  runAsNode: 0,
  nodeOptions: 2,
  nodeInspect: 3,
  asarIntegrity: 4,
  onlyAsar: 5,
}

/** How the assembled app is packaged: its folder is the working directory. */
export function forgeConfig({ env, makeAppImage, packBundle, windowsKit }: ForgeOptions): ForgeConfig {
  const certificateFile = valueOf(env, 'WINDOWS_CERTIFICATE_FILE')
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
            // Not the name of the command line's program.
            name: 'pearcast-desktop',
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
          // `pear build` and the updater know the app by this name.
          outputFileName: 'pearCast',
          windowsKitVersion: windowsKit,
          // Else the trial certificate is made out to the author, and does not fit the manifest.
          manifestVariables: { publisher: valueOf(env, 'WINDOWS_PUBLISHER') ?? TRIAL_PUBLISHER },
          ...(certificateFile !== undefined && {
            windowsSignOptions: {
              certificateFile,
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
      // What an update replaces, and no maker of Forge makes: the AppImage, the bundle by itself.
      postMake: async (_, results) => {
        const [first] = results
        if (first?.platform === 'linux') first.artifacts.push(await makeAppImage(first.arch))
        if (first?.platform === 'darwin') first.artifacts.push(await packBundle(first.arch))
        return results
      },
    },
  }
}

/** Without an identity the app is for this computer only: macOS quarantines it elsewhere. */
function signing(env: NodeJS.ProcessEnv): object {
  const identity = valueOf(env, 'MAC_CODESIGN_IDENTITY')
  if (identity === undefined) return {}
  return {
    osxSign: {
      identity,
      optionsForFile: () => ({ entitlements: join('packaging', 'entitlements.plist') }),
    },
    osxNotarize: {
      appleId: env['APPLE_ID'],
      appleIdPassword: env['APPLE_PASSWORD'],
      teamId: env['APPLE_TEAM_ID'],
    },
  }
}
