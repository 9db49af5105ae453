import { expect, test } from 'vitest'
import { attributeLabel } from './labels.ts'

test.each([
  ['storage_temperature', 'Storage temperature'],
  ['color', 'Color'],
  ['usb_ports', 'USB ports'],
  ['dimensions__wxdxh_', 'Dimensions (WxDxH)'],
  ['maximum_dimensions__w_x_d_x_h_', 'Maximum dimensions (W x D x H)'],
  ['operating_temperature__t_t_', 'Operating temperature'],
  ['number_of_2_5__bays', 'Number of 2.5" bays'],
  ['focal_length_range__f_f_', 'Focal length range'],
  ['pallet_dimensions__w_x_d_x_h___imperial_', 'Pallet dimensions (W x D x H, imperial)'],
  ['print_speed__black__best_quality__letter_', 'Print speed (black, best quality, letter)'],
  ['intel__turbo_boost_technology', 'Intel turbo boost technology'],
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
