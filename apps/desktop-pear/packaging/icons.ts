import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { initWasm, Resvg } from '@resvg/resvg-wasm'

const SOURCE = join(import.meta.dirname, 'icon.svg')

/** Apple Icon Image: the types that hold a PNG, by its pixels. */
const ICNS_TYPES = [
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
] as const
const ICO_SIZES = [16, 24, 32, 48, 64, 256]
/** Device-independent; Electron finds the one of twice the pixels by its name. */
const TRAY_SIZE = 20
const MSIX_ASSETS = { 'StoreLogo.png': 50, 'Square44x44Logo.png': 44, 'Square150x150Logo.png': 150 }

/** Every icon of the app, from one drawing: the tile is of the app's icon, the lamp of the tray's while on air. */
export async function makeIcons(folder: string): Promise<void> {
  await initialize()
  const svg = await readFile(SOURCE, 'utf8')
  const app = (size: number): Uint8Array => render(without(svg, 'lamp'), size)
  await mkdir(join(folder, 'msix'), { recursive: true })
  const files: [name: string, bytes: Uint8Array][] = [
    ['icon.png', app(512)],
    ['icon.ico', toIco(ICO_SIZES.map((size) => [size, app(size)]))],
    ['icon.icns', toIcns(ICNS_TYPES.map(([type, size]) => [type, app(size)]))],
    ...Object.entries(MSIX_ASSETS).map(([name, size]): [string, Uint8Array] => [`msix/${name}`, app(size)]),
    ...['tray', 'tray-on-air'].flatMap((name): [string, Uint8Array][] => {
      const bare = without(svg, 'tile')
      const drawing = name === 'tray' ? without(bare, 'lamp') : bare
      return [
        [`${name}.png`, render(drawing, TRAY_SIZE)],
        [`${name}@2x.png`, render(drawing, 2 * TRAY_SIZE)],
      ]
    }),
  ]
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes)
}

let initialized: Promise<void> | undefined

function initialize(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')
  initialized ??= readFile(file).then((wasm) => initWasm(wasm))
  return initialized
}

function without(svg: string, id: string): string {
  const found = svg.split('\n').filter((line) => !line.includes(`id="${id}"`))
  return found.join('\n')
}

function render(svg: string, size: number): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng()
}

/** A directory of 16 bytes for each image, then the PNGs; 0 stands for 256 pixels. */
function toIco(images: [size: number, png: Uint8Array][]): Uint8Array {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  let offset = header.length
  for (const [i, [size, png]] of images.entries()) {
    const at = 6 + 16 * i
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...images.map(([, png]) => png)])
}

/** Type and length, both of four bytes, before each PNG and before the whole. */
function toIcns(images: [type: string, png: Uint8Array][]): Uint8Array {
  const block = (type: string, content: Uint8Array): Buffer => {
    const header = Buffer.alloc(8)
    header.write(type, 'latin1')
    header.writeUInt32BE(8 + content.length, 4)
    return Buffer.concat([header, content])
  }
  return block('icns', Buffer.concat(images.map(([type, png]) => block(type, png))))
}
