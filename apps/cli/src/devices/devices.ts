import { listDevices, missingAudioDevice, type AudioDevice } from '@pearcast/audio'
import type { Session } from '../session.ts'
import { padEnd, printable, widthOf } from '../terminal/text.ts'

/** `pearcast devices`: what --device and mic: may name. @returns the exit code */
export async function devices({ output }: Session): Promise<number> {
  const { inputs, outputs, system } = await listDevices()
  output.event({ event: 'devices', system, inputs, outputs })
  for (const line of [
    ...section('Inputs (pearcast broadcast mic:ID)', inputs, await missingAudioDevice('input')),
    '',
    ...section('Outputs (pearcast listen LINK --device ID)', outputs, await missingAudioDevice('output')),
  ]) {
    output.result(line)
  }
  return 0
}

/** @param missing why there is none, where that is known */
export function section(title: string, list: readonly AudioDevice[], missing: string | undefined): string[] {
  if (list.length === 0) return [title, missing === undefined ? '  none' : `  none: ${missing}`]
  const width = Math.max(...list.map(({ id }) => widthOf(id)))
  return [
    title,
    ...list.map(
      ({ id, isDefault, name }) =>
        `${isDefault ? '*' : ' '} ${padEnd(printable(id), width)}  ${printable(name)}`,
    ),
  ]
}
