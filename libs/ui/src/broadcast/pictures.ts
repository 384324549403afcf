import { signal } from '@preact/signals'

const KEY = 'pearcast-picture:'
const SIZE = 256

/** Of own stations, by name, as data: URLs. They stay in this browser: listeners see a letter. */
export const pictures = signal<Readonly<Record<string, string>>>(recall())

/** A square from the middle. @returns false for what this browser cannot read as a picture */
export async function setPicture(station: string, file: Blob): Promise<boolean> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (bitmap === undefined) return false
  const canvas = new OffscreenCanvas(SIZE, SIZE)
  const context = canvas.getContext('2d')
  if (context === null) return false
  const side = Math.min(bitmap.width, bitmap.height)
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2]
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIZE, SIZE)
  const bytes = new Uint8Array(
    await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 })).arrayBuffer(),
  )
  const url = `data:image/jpeg;base64,${btoa(String.fromCodePoint(...bytes))}`
  pictures.value = { ...pictures.value, [station]: url }
  localStorage.setItem(KEY + station, url)
  return true
}

export function removePicture(station: string): void {
  pictures.value = Object.fromEntries(Object.entries(pictures.value).filter(([name]) => name !== station))
  localStorage.removeItem(KEY + station)
}

function recall(): Record<string, string> {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(KEY))
  return Object.fromEntries(keys.map((key) => [key.slice(KEY.length), localStorage.getItem(key) ?? '']))
}
