import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forgeConfig, MICROPHONE_WHY } from './forge-config.ts'
import { makeIcons } from './icons.ts'
import { pruneBinaries } from './prune.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-packaging-'))
})
afterEach(() => rm(folder, { recursive: true }))

const config = (env: NodeJS.ProcessEnv = {}): ReturnType<typeof forgeConfig> =>
  forgeConfig({ env, makeAppImage: async (arch) => `pearCast-${arch}.AppImage` })

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
    expect((await hooks.postMake({}, mac))[0]?.artifacts).toEqual(['a.dmg'])
  })

  test('signs with what the environment has, and not without', () => {
    expect(config().packagerConfig).not.toHaveProperty('osxSign')
    const { osxNotarize } = config({ MAC_CODESIGN_IDENTITY: 'me', APPLE_ID: 'id' }).packagerConfig
    expect(osxNotarize).toMatchObject({ appleId: 'id' })
    const [, , msix] = config({ WINDOWS_CERTIFICATE_FILE: 'a.pfx' }).makers
    expect(msix?.config).toMatchObject({ windowsSignOptions: { certificateFile: 'a.pfx' } })
  })

  test('leaves native modules outside of the archive, and other systems’ binaries out', async () => {
    const { hooks, packagerConfig } = config()
    expect(packagerConfig['asar']).toEqual({ unpack: '**/*.{node,dll,dylib,so}' })
    const kept = ['a/prebuilds/linux-x64/a.node', 'a/index.js', 'b/node_modules/c/prebuilds/linux-x64/c.node']
    const left = [
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
