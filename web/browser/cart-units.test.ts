import { expect, test } from 'vitest'
import { cartUnits } from './cart-units.js'

test.each([
  ['aisle_cart=3', 3],
  ['theme=dark; aisle_cart=120', 120],
  ['my_aisle_cart=9; x=1', 0],
  ['aisle_cart=many', 0],
  ['', 0],
])('the cookies %j tell the units in the cart', (cookies, units) => {
  expect(cartUnits(cookies)).toBe(units)
})
