/**
 * The scripts of the gate and their reference do the same: random commands, the same replies, the same content. What
 * the random schedules of `test/model` say about the reference they say about the scripts.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GateCalls, type GateScript } from '../../src/orders/gate-calls.ts'
import { parseAdmit, parseCompare, parseDelta, parseEnded, parseLoad } from '../../src/orders/gate-replies.ts'
import {
  abortRequest,
  admitRequest,
  deltaRequest,
  loadRequest,
  reconcileRequest,
  type ScriptRequest,
  settleRequest,
} from '../../src/orders/gate-requests.ts'
import { type GateSlotKeys, gateKeys } from '../../src/redis/keys.ts'
import { GateReference } from '../model/gate-reference.ts'
import { memoryStock, openGate } from '../support/gate-fixture.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { chooseSeed } from '../support/seed.ts'

const RUNS = 400
const EPOCH = 3
const KEEP_MS = 600_000
const SKUS = ['A', 'B', 'C']
/** Few, so that commands meet each other. */
const IDS = ['h1', 'h2', 'h3']

const sku = fc.constantFrom(...SKUS)
const id = fc.constantFrom(...IDS)
const ver = fc.integer({ min: 0, max: 12 })
const count = fc.record({
  sku,
  available: fc.integer({ min: -2, max: 9 }),
  ver,
  queue: fc.constantFrom(false, false, false, true),
  limit: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 4, nil: null }),
})
const lines = fc.uniqueArray(fc.record({ sku, qty: fc.integer({ min: 1, max: 3 }) }), {
  minLength: 1,
  selector: (line) => line.sku,
})

const command = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      script: fc.constant('admit' as const),
      id,
      hash: fc.constantFrom('x', 'x', 'x', 'x', 'x', 'y'),
      allowPartial: fc.boolean(),
      isOffer: fc.boolean(),
      lines,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      script: fc.constant('settle' as const),
      id,
      lines: fc.uniqueArray(fc.record({ sku, ver }), { minLength: 1, selector: (line) => line.sku }),
    }),
  },
  fc.record({
    script: fc.constant('abort' as const),
    id,
    skus: fc.uniqueArray(sku, { minLength: 1 }),
    isDecided: fc.boolean(),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      script: fc.constant('delta' as const),
      sku,
      ver,
      units: fc.integer({ min: -3, max: 3 }),
      queue: fc.constantFrom(null, null, true, false),
    }),
  },
  { weight: 2, arbitrary: fc.record({ script: fc.constant('load' as const), count }) },
  {
    weight: 2,
    arbitrary: fc.record({
      script: fc.constant('reconcile' as const),
      count,
      holds: fc.uniqueArray(id),
      isFix: fc.boolean(),
    }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const servers = { urls: [(await useRedisServer()).url], isCluster: false }
const { connection, metrics } = await openGate({
  servers,
  prefix: 'unused:',
  readStock: memoryStock({}).read,
})
const calls = new GateCalls({ connection, metrics, now: () => performance.now() })
let runs = 0

async function run<T>(
  script: GateScript,
  request: ScriptRequest,
  parse: (reply: readonly unknown[]) => T,
): Promise<T> {
  return parse(await calls.run(0, script, request))
}

function askRedis(keys: GateSlotKeys, given: Command): Promise<unknown> {
  switch (given.script) {
    case 'admit':
      return run('admit', admitRequest(keys, EPOCH, given, given.lines), parseAdmit)
    case 'settle':
      return run('settle', settleRequest(keys, given.id, given.lines, KEEP_MS), parseEnded)
    case 'abort': {
      const lines = given.skus.map((one) => ({ sku: one }))
      return run('abort', abortRequest(keys, given.id, lines, given.isDecided), parseEnded)
    }
    case 'delta':
      return run('delta', deltaRequest(keys, EPOCH, given), parseDelta)
    case 'load':
      return run('load', loadRequest(keys, EPOCH, given.count), parseLoad)
    case 'reconcile':
      return run('reconcile', reconcileRequest(keys, EPOCH, given.count, given), parseCompare)
    default:
      throw new Error(`command not handled: ${given satisfies never}`)
  }
}

function askReference(gate: GateReference, given: Command): unknown {
  switch (given.script) {
    case 'admit':
      return gate.admit(given)
    case 'settle':
      return gate.settle(given.id, given.lines)
    case 'abort':
      return gate.abort(given.id, given.skus, given.isDecided)
    case 'delta':
      return gate.delta(given)
    case 'load':
      return gate.load(given.count)
    case 'reconcile':
      return gate.compare(given.count, new Set(given.holds), given.isFix)
    default:
      throw new Error(`command not handled: ${given satisfies never}`)
  }
}

/** Everything stored, as texts. */
async function contentOfRedis(keys: GateSlotKeys): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = { tz: (await connection.zrange(keys.tz, '0', '-1')).sort() }
  for (const one of SKUS) {
    content[`k ${one}`] = await connection.hgetall(keys.k(one))
    content[`t ${one}`] = await connection.hgetall(keys.t(one))
    content[`ap ${one}`] = await connection.zrange(keys.ap(one), '0', '-1')
  }
  for (const one of IDS) content[`h ${one}`] = await connection.hgetall(keys.h(one))
  return content
}

function contentOfReference(gate: GateReference): Record<string, unknown> {
  const content: Record<string, unknown> = { tz: [...gate.tz].sort() }
  for (const one of SKUS) {
    const state = gate.skus.get(one)
    const { a, rv, pv, q, lim } = state ?? {}
    content[`k ${one}`] = state
      ? { a: `${a}`, rv: `${rv}`, pv: `${pv}`, q: q ? '1' : '0', lim: `${lim ?? ''}` }
      : {}
    const tentative = [...(state?.t ?? [])].map(([hold, { units, arv }]) => [hold, `${units}|${arv}`])
    content[`t ${one}`] = Object.fromEntries(tentative)
    content[`ap ${one}`] = [...(state?.ap ?? [])].sort((x, y) => x - y).map(String)
  }
  for (const one of IDS) {
    const hold = gate.holds.get(one)
    const units = [...(hold?.units ?? [])].map(([of, got]) => [`u:${of}`, `${got}`])
    content[`h ${one}`] = hold ? { hash: hold.hash, n: `${hold.attempts}`, ...Object.fromEntries(units) } : {}
  }
  return content
}

test('the scripts of the gate reply and store as their reference does, for random commands', async () => {
  const loaded = SKUS.map((one) => ({ sku: one, available: 12, ver: 1, queue: false, limit: null }))
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      runs += 1
      const keys = gateKeys(`c${runs}:`).of(0, EPOCH)
      const gate = new GateReference()
      await connection.set(keys.epoch, String(EPOCH))
      for (const count of runs % 4 === 0 ? loaded.slice(0, 2) : loaded) {
        gate.load(count)
        await run('load', loadRequest(keys, EPOCH, count), parseLoad)
      }
      for (const given of commands) expect(await askRedis(keys, given)).toEqual(askReference(gate, given))
      expect(await contentOfRedis(keys)).toEqual(contentOfReference(gate))
    }),
    { seed: chooseSeed('gate contract'), numRuns: RUNS },
  )
})

test('no script of the gate does anything in another epoch than the one of its caller', async () => {
  const keys = gateKeys('epoch:').of(0, EPOCH)
  const commands: Command[] = [
    {
      script: 'admit',
      id: 'h1',
      hash: 'x',
      allowPartial: false,
      isOffer: false,
      lines: [{ sku: 'A', qty: 1 }],
    },
    { script: 'delta', sku: 'A', ver: 3, units: 1, queue: null },
    { script: 'load', count: { sku: 'A', available: 1, ver: 1, queue: false, limit: null } },
    {
      script: 'reconcile',
      count: { sku: 'A', available: 1, ver: 1, queue: false, limit: null },
      holds: [],
      isFix: true,
    },
  ]
  for (const given of commands) {
    await connection.del(keys.epoch)
    expect(await askRedis(keys, given)).toEqual({ word: 'NOEPOCH', current: null })
    await connection.set(keys.epoch, '12')
    expect(await askRedis(keys, given)).toEqual({ word: 'NOEPOCH', current: 12 })
  }
  expect(await connection.keys(`${gateKeys('epoch:').slotPrefix(0)}*`)).toEqual([keys.epoch])
})
