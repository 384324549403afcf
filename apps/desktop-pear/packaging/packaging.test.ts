import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forgeConfig, MICROPHONE_WHY } from './forge-config.ts'
import { missingTools, newestWindowsKit, type Host } from './host-tools.ts'
import { makeIcons } from './icons.ts'
import { pruneBinaries } from './prune.ts'
import { signingOf } from './signing.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-packaging-'))
})
afterEach(() => rm(folder, { recursive: true }))

const config = (env: NodeJS.ProcessEnv = {}): ReturnType<typeof forgeConfig> =>
  forgeConfig({
    env,
    makeAppImage: async (arch) => `pearCast-${arch}.AppImage`,
    packBundle: async (arch) => `pearCast-${arch}.app.tar.gz`,
    windowsKit: '10.0.26100.0',
  })

describe('packaging', () => {
  test('has what each of the three systems needs for the microphone', async () => {
    const { extendInfo } = config().packagerConfig
    expect(extendInfo).toEqual({ NSMicrophoneUsageDescription: MICROPHONE_WHY })
    const entitlements = await readFile(join(import.meta.dirname, 'entitlements.plist'), 'utf8')
    expect(entitlements).toMatch(/com\.apple\.security\.device\.audio-input<\/key>\s*<true\/>/)
    const windows = await readFile(join(import.meta.dirname, 'AppxManifest.xml'), 'utf8')
    expect(windows).toContain('<DeviceCapability Name="microphone" />')
    expect(windows).toContain('<uap:Protocol Name="pearcast" />')
  })

  test('makes a .deb, an AppImage, a .dmg and an .msix, which open links', async () => {
    const { hooks, makers, packagerConfig } = config()
    expect(makers.map(({ name, platforms }) => `${name.split('-').at(-1)} ${platforms.join()}`)).toEqual([
      'deb linux',
      'dmg darwin',
      'msix win32',
    ])
    expect(JSON.stringify(makers[0]?.config)).toContain('x-scheme-handler/pearcast')
    expect(packagerConfig['protocols']).toEqual([{ name: 'pearCast station', schemes: ['pearcast'] }])
    const linux = [{ artifacts: ['a.deb'], platform: 'linux', arch: 'x64' }]
    expect((await hooks.postMake({}, linux))[0]?.artifacts).toEqual(['a.deb', 'pearCast-x64.AppImage'])
    const mac = [{ artifacts: ['a.dmg'], platform: 'darwin', arch: 'arm64' }]
    expect((await hooks.postMake({}, mac))[0]?.artifacts).toEqual(['a.dmg', 'pearCast-arm64.app.tar.gz'])
  })

  test('names the .msix as the updater looks for it, and makes its trial certificate out to the publisher', () => {
    const msixOf = (env: NodeJS.ProcessEnv): object => config(env).makers[2]?.config ?? {}
    expect(msixOf({})).toMatchObject({
      outputFileName: 'pearCast',
      windowsKitVersion: '10.0.26100.0',
      manifestVariables: { publisher: 'CN=pearCast' },
    })
    expect(msixOf({ WINDOWS_PUBLISHER: 'CN=Me' })).toMatchObject({
      manifestVariables: { publisher: 'CN=Me' },
    })
  })

  test('signs with what the environment has, and not without', () => {
    expect(config().packagerConfig).not.toHaveProperty('osxSign')
    const { osxNotarize } = config({ MAC_CODESIGN_IDENTITY: 'me', APPLE_ID: 'id' }).packagerConfig
    expect(osxNotarize).toMatchObject({ appleId: 'id' })
    const [, , msix] = config({ WINDOWS_CERTIFICATE_FILE: 'a.pfx' }).makers
    expect(msix?.config).toMatchObject({ windowsSignOptions: { certificateFile: 'a.pfx' } })
  })

  test('takes a variable that is set to nothing for none, as workflows make of a missing secret', () => {
    const env = { MAC_CODESIGN_IDENTITY: '', WINDOWS_CERTIFICATE_FILE: '', WINDOWS_PUBLISHER: '' }
    expect(config(env).packagerConfig).not.toHaveProperty('osxSign')
    expect(config(env).makers[2]?.config).not.toHaveProperty('windowsSignOptions')
    expect(config(env).makers[2]?.config).toMatchObject({ manifestVariables: { publisher: 'CN=pearCast' } })
  })

  test('leaves native modules outside of the archive, and other systems’ binaries out', async () => {
    const { hooks, packagerConfig } = config()
    expect(packagerConfig['asar']).toEqual({ unpack: '**/*.{node,dll,dylib,so}' })
    const kept = [
      'a/prebuilds/linux-x64/a.node',
      'a/index.js',
      'b/node_modules/c/prebuilds/linux-x64/c.node',
      '@evan/opus/node/x64-linux.node',
      'd/linux-x64-gnu/d.node',
    ]
    const left = [
      '@evan/opus/node/arm64-linux.node',
      '@evan/opus/node/x64-win32.node',
      'a/prebuilds/win32-x64/a.node',
      'a/prebuilds/android-arm64/a.bare',
      'a/prebuilds/linux-x64/a.bare',
      'b/node_modules/c/prebuilds/darwin-arm64/c.node',
    ]
    for (const file of [...kept, ...left]) {
      await mkdir(dirname(join(folder, 'node_modules', file)), { recursive: true })
      await writeFile(join(folder, 'node_modules', file), '')
    }
    await hooks.packageAfterPrune({}, folder, '45', 'linux', 'x64')
    const isThere = (file: string): boolean => existsSync(join(folder, 'node_modules', file))
    expect(kept.filter((file) => !isThere(file))).toEqual([])
    expect(left.filter(isThere)).toEqual([])
    expect(await pruneBinaries(folder, 'linux', 'x64')).toBe(0)
  })

  test('a universal binary of macOS is kept there', async () => {
    const file = join(folder, 'node_modules', 'a', 'prebuilds', 'darwin-universal', 'a.node')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, '')
    expect(await pruneBinaries(folder, 'darwin', 'arm64')).toBe(0)
    expect(await pruneBinaries(folder, 'win32', 'x64')).toBe(1)
  })
})

describe('signing', () => {
  const MAC = { MAC_CODESIGN_IDENTITY: 'me', APPLE_ID: 'id', APPLE_PASSWORD: 'pw', APPLE_TEAM_ID: 'team' }

  test('is all of it or none, and none is said loudly', () => {
    expect(signingOf(MAC, 'darwin').isSigned).toBe(true)
    for (const platform of ['darwin', 'win32'] as const)
      expect(signingOf({}, platform)).toEqual({
        isSigned: false,
        message: expect.stringMatching(/^UNSIGNED/),
      })
    expect(signingOf({ ...MAC, APPLE_ID: '' }, 'linux').isSigned).toBe(false)
    expect(() => signingOf({ ...MAC, APPLE_ID: '' }, 'darwin')).toThrow(/do not sign: APPLE_ID must be set/)
  })

  test('wants the certificate to be there; a publisher alone is for a trial', async () => {
    const certificate = join(folder, 'a.pfx')
    const env = { WINDOWS_CERTIFICATE_FILE: certificate, WINDOWS_CERTIFICATE_PASSWORD: 'pw' }
    expect(() => signingOf(env, 'win32')).toThrow(/WINDOWS_PUBLISHER must be set/)
    expect(() => signingOf({ ...env, WINDOWS_PUBLISHER: 'CN=Me' }, 'win32')).toThrow(/no such file/)
    await writeFile(certificate, '')
    expect(signingOf({ ...env, WINDOWS_PUBLISHER: 'CN=Me' }, 'win32').isSigned).toBe(true)
    expect(signingOf({ WINDOWS_PUBLISHER: 'CN=Me' }, 'win32').isSigned).toBe(false)
  })
})

describe('tools of the system', () => {
  const host = (platform: NodeJS.Platform, isThere: boolean): Host => ({
    platform,
    arch: 'x64',
    runs: () => isThere,
    windowsKits: join(folder, 'kits'),
  })
  const addKit = async (version: string, ...programs: string[]): Promise<void> => {
    const inner = join(folder, 'kits', version, 'x64')
    await mkdir(inner, { recursive: true })
    for (const program of programs) await writeFile(join(inner, program), '')
  }
  const PROGRAMS = ['makeappx.exe', 'makepri.exe', 'SignTool.exe', 'makecert.exe']

  test('that are missing are named in a line each, with what brings them', () => {
    expect(missingTools(host('linux', true))).toEqual([])
    expect(missingTools(host('darwin', true))).toEqual([])
    const lines = (['linux', 'darwin', 'win32', 'freebsd'] as const).map((each) =>
      missingTools(host(each, false)),
    )
    expect(lines.map(({ length }) => length)).toEqual([1, 1, 2, 1])
    expect(lines.flat().join('\n')).toMatch(
      /dpkg .*apt install.*\n.*xcode-select --install.*\n.*Windows SDK.*winget.*\n.*PowerShell.*\n.*freebsd/,
    )
    for (const line of lines.flat()) expect(line).not.toContain('\n')
  })

  test('of Windows are the newest ones that are complete', async () => {
    await addKit('10.0.9000.0', ...PROGRAMS)
    await addKit('10.0.22621.0', ...PROGRAMS)
    await addKit('10.0.26100.0', 'makeappx.exe')
    expect(newestWindowsKit(host('win32', true))).toBe('10.0.22621.0')
    expect(missingTools(host('win32', true))).toEqual([])
  })
})

describe('icons', () => {
  test('come from one drawing, in every form that a system asks for', async () => {
    await makeIcons(folder)
    const read = (name: string): Promise<Buffer> => readFile(join(folder, name))
    const widthOf = (png: Buffer): number => png.readUInt32BE(16)
    expect(widthOf(await read('icon.png'))).toBe(512)
    expect([widthOf(await read('tray.png')), widthOf(await read('tray@2x.png'))]).toEqual([20, 40])
    expect((await read('tray.png')).equals(await read('tray-on-air.png'))).toBe(false)
    expect(widthOf(await read('msix/Square150x150Logo.png'))).toBe(150)
    const ico = await read('icon.ico')
    expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, 6])
    // The first image is where and as long as the directory says, and a PNG of 16 pixels.
    const [length, offset] = [ico.readUInt32LE(6 + 8), ico.readUInt32LE(6 + 12)]
    const png = ico.subarray(offset, offset + length)
    expect([png.toString('latin1', 1, 4), widthOf(png)]).toEqual(['PNG', 16])
    const icns = await read('icon.icns')
    expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length])
    expect(widthOf(icns.subarray(16))).toBe(128)
  })
})

test('whoever reads how to release installs the Pear that the lockfile has', async () => {
  const read = (...path: string[]): Promise<string> =>
    readFile(join(import.meta.dirname, '..', ...path), 'utf8')
  const { devDependencies } = JSON.parse(await read('package.json'))
  const texts = [await read('README.md'), await read('..', '..', 'docs', 'desktop.md')]
  const named = texts.flatMap((text) => [...text.matchAll(/npx pear[\w.@]*\w/g)]).map(([found]) => found)
  expect(named.filter((each) => !/^npx pearcast\b/.test(each))).not.toEqual([])
  expect(
    named.filter((each) => !/^npx pearcast\b/.test(each) && each !== `npx pear@${devDependencies.pear}`),
  ).toEqual([])
})
