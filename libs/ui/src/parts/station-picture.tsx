import { useEffect, useRef } from 'preact/hooks'
import type { VNode } from 'preact'

const SIZE = 128

interface StationPictureProps {
  /** Of the station: gives it a colour of its own. */
  link: string
  title: string
  /** A picture as a data: URL, instead of the letter. */
  picture?: string | undefined
}

/** Says nothing that the title beside it does not say. Drawn, for the page's policy allows no image of its own making. */
export function StationPicture({ link, picture, title }: StationPictureProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    drawLetter(context, link, title)
    if (picture !== undefined) void drawPicture(context, picture)
  }, [link, title, picture])
  return <canvas ref={canvas} class="picture" width={SIZE} height={SIZE} aria-hidden="true" />
}

function drawLetter(context: CanvasRenderingContext2D, link: string, title: string): void {
  // The last letters of a link are its checksum: as good as random, and the same everywhere.
  let hue = 0
  for (const letter of link.slice(-8)) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360
  context.fillStyle = `hsl(${hue} 45% 42%)`
  context.fillRect(0, 0, SIZE, SIZE)
  context.fillStyle = '#fff'
  context.font = `600 ${SIZE / 2}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const [letter = ''] = title.trim().toUpperCase()
  context.fillText(letter, SIZE / 2, SIZE / 2 + SIZE / 24)
}

async function drawPicture(context: CanvasRenderingContext2D, dataUrl: string): Promise<void> {
  const bytes = Uint8Array.from(atob(dataUrl.split(',')[1] ?? ''), (letter) => letter.codePointAt(0) ?? 0)
  const bitmap = await createImageBitmap(new Blob([bytes])).catch(() => undefined)
  if (bitmap !== undefined) context.drawImage(bitmap, 0, 0, SIZE, SIZE)
}
