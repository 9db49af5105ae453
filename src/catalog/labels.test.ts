import { expect, test } from 'vitest'
import { attributeLabel } from './labels.ts'

test.each([
  ['storage_temperature', 'Storage temperature'],
  ['color', 'Color'],
  ['usb_ports', 'USB ports'],
  ['dimensions__wxdxh_', 'Dimensions (WxDxH)'],
  ['maximum_dimensions__w_x_d_x_h_', 'Maximum dimensions (W x D x H)'],
  ['operating_temperature__t_t_', 'Operating temperature'],
  ['harmonized_system__hs__code', 'Harmonized system (HS) code'],
  ['connector_s_', 'Connectors'],
  ['internal_35_bays', 'Internal 35 bays'],
  ['wifi', 'Wi-Fi'],
  ['3d_glasses', '3D glasses'],
])('the attribute %s is shown as %s', (key, label) => {
  expect(attributeLabel(key)).toBe(label)
})

test('a key without any word is its own label', () => {
  expect(attributeLabel('__')).toBe('__')
})
