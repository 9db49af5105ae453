import { describe, expect, test } from 'vitest'
import { clusterSlot, crc16 } from '../../test/support/cluster-slot.ts'
import { gateKeys } from '../redis/keys.ts'
import { readScript } from '../redis/scripts.ts'
import { GATE_SCRIPTS, type GateScript } from './gate-calls.ts'
import {
  abortRequest,
  admitRequest,
  deltaRequest,
  loadRequest,
  reconcileRequest,
  type ScriptRequest,
  settleRequest,
} from './gate-requests.ts'
import { INV_SLOTS } from './slot.ts'

const EPOCH = 7
const SKUS = ['LAMP-7', 'a {brace} in a sku', '}{', 'ü', 's15}:']
const LINES = SKUS.map((sku, i) => ({ sku, qty: i + 1, ver: i }))
const CART = { id: 'hold', hash: 'hash', allowPartial: true, isOffer: false }
const COUNT = { sku: SKUS[1] ?? '', available: -3, ver: 12, queue: true, limit: null }

/** One request of every script. */
function requests(slot: number): Record<GateScript, ScriptRequest> {
  const keys = gateKeys('shop:').of(slot, EPOCH)
  return {
    admit: admitRequest(keys, EPOCH, CART, LINES),
    settle: settleRequest(keys, 'hold', LINES, 600_000),
    abort: abortRequest(keys, 'hold', LINES, true),
    delta: deltaRequest(keys, EPOCH, { sku: 'ü', ver: 3, units: -2, queue: null }),
    load: loadRequest(keys, EPOCH, COUNT),
    reconcile: reconcileRequest(keys, EPOCH, COUNT, { isFix: true, holds: ['h1', 'h2'] }),
    epoch: { keys: [keys.epoch], args: [EPOCH] },
    overdue: { keys: [keys.tz], args: [5_000, 100] },
  }
}

describe('requests of the gate', () => {
  test('the checksum of a cluster slot is the one of the specification', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3)
    expect(clusterSlot('{user1000}.following')).toBe(clusterSlot('{user1000}.followers'))
  })

  test.each(GATE_SCRIPTS)('all keys of one call of %s are in one slot of a cluster', (script) => {
    for (let slot = 0; slot < INV_SLOTS; slot++) {
      const found = new Set(requests(slot)[script].keys.map(clusterSlot))
      expect([...found]).toEqual([clusterSlot(`{s${slot}}`)])
    }
  })

  test('the slots of the gate are spread over the slots of a cluster', () => {
    const slots = Array.from({ length: INV_SLOTS }, (_, slot) => clusterSlot(gateKeys('shop:').epoch(slot)))
    expect(new Set(slots).size).toBe(INV_SLOTS)
  })

  test.each(GATE_SCRIPTS)('keys and arguments of %s are as many as its header tells', (script) => {
    const { keys, keysPerLine, args, argsPerLine } = readScript(script)
    const request = requests(3)[script]
    const lines = (request.keys.length - keys.length) / Math.max(1, keysPerLine.length)
    expect(request.keys.length).toBe(keys.length + lines * keysPerLine.length)
    const perLine = script === 'reconcile' ? 2 : lines // its lines are holds, which have no keys
    expect(request.args.length).toBe(args.length + perLine * argsPerLine.length)
  })

  test('no queue flag in a change leaves the flag as it is, and no limit is empty', () => {
    expect(requests(0).delta.args).toEqual([EPOCH, 3, -2, ''])
    expect(requests(0).load.args).toEqual([EPOCH, -3, 12, 1, ''])
  })

  test('keys of another epoch have other names, but for the epoch itself', () => {
    const [older, newer] = [gateKeys('shop:').of(2, 7), gateKeys('shop:').of(2, 8)]
    const names = (keys: typeof older) => [keys.tz, keys.h('i'), keys.k('s'), keys.t('s'), keys.ap('s')]
    expect(names(older).filter((name) => names(newer).includes(name))).toEqual([])
    expect(older.epoch).toBe(newer.epoch)
  })
})
