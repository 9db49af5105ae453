import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { edge } from '../../../test/support/edge.ts'

const STYLE = '/assets/x/shop.css'
const styleFor = (accepts: string | null) =>
  edge().request(STYLE, accepts === null ? {} : { headers: { 'accept-encoding': accepts } })

test.each(['gzip', 'gzip, deflate, br', 'br;q=1, gzip;q=0.5', 'gzip;q=0.01'])(
  'who takes %j gets the style packed',
  async (accepts) => {
    const [packed, plain] = await Promise.all([styleFor(accepts), styleFor(null)])
    expect([packed.headers.get('content-encoding'), packed.headers.get('vary')]).toEqual([
      'gzip',
      'accept-encoding',
    ])
    expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(await plain.text())
  },
)

test.each([null, '', 'br', 'identity', 'gzip;q=0', 'gzip ; q=0.000, br'])(
  'who takes %j gets the style as it is',
  async (accepts) => {
    const plain = await styleFor(accepts)
    expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([
      null,
      'accept-encoding',
    ])
    expect(await plain.text()).toContain('{')
  },
)
