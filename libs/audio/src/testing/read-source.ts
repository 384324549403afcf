import type { AudioSource, SourceItem } from '../source/source.ts'

/** Up to `limit` items of a source, which is then closed. */
export async function readItems(source: AudioSource, limit: number = Infinity): Promise<SourceItem[]> {
  const items: SourceItem[] = []
  try {
    while (items.length < limit) {
      const item = await source.read()
      if (item === undefined) break
      items.push(item)
    }
  } finally {
    await source.close()
  }
  return items
}

/** The same as one array; fails on a source that passes packets through. */
export async function readPcm(source: AudioSource, limit: number = Infinity): Promise<Float32Array> {
  const items = await readItems(source, limit)
  const blocks = items.map((item) => {
    if (item.kind !== 'pcm') throw new Error('the source passes packets through')
    return item.pcm
  })
  const length = blocks[0]?.length ?? 0
  const pcm = new Float32Array(length * blocks.length)
  blocks.forEach((block, i) => pcm.set(block, i * length))
  return pcm
}
