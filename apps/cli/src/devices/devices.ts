import { listDevices, type AudioDevice } from '@pearcast/audio'
import type { Session } from '../session.ts'
import { padEnd, printable, widthOf } from '../terminal/text.ts'

/** `pearcast devices`: what --device and mic: may name. @returns the exit code */
export async function devices({ output }: Session): Promise<number> {
  const { inputs, outputs, system } = await listDevices()
  output.event({ event: 'devices', system, inputs, outputs })
  for (const line of [
    ...section('Inputs (pearcast broadcast mic:ID)', inputs),
    '',
    ...section('Outputs (pearcast listen LINK --device ID)', outputs),
  ]) {
    output.result(line)
  }
  return 0
}

function section(title: string, list: readonly AudioDevice[]): string[] {
  if (list.length === 0) return [title, '  none']
  const width = Math.max(...list.map(({ id }) => widthOf(id)))
  return [
    title,
    ...list.map(
      ({ id, isDefault, name }) =>
        `${isDefault ? '*' : ' '} ${padEnd(printable(id), width)}  ${printable(name)}`,
    ),
  ]
}
