import { expect, test } from 'vitest'
import { section } from './devices.ts'

test('where there is no device, the list says why, as the doctor does', () => {
  expect(section('Inputs', [], 'no ALSA capture device')).toEqual([
    'Inputs',
    '  none: no ALSA capture device',
  ])
  expect(section('Inputs', [], undefined)).toEqual(['Inputs', '  none'])
})

test('a device is listed by its id, the default marked', () => {
  const list = [
    { id: 'usb', name: 'USB Audio', isDefault: true },
    { id: 'hdmi.1', name: 'Screen', isDefault: false },
  ]
  expect(section('Outputs', list, undefined)).toEqual(['Outputs', '* usb     USB Audio', '  hdmi.1  Screen'])
})
