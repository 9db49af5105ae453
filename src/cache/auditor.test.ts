import { describe, expect, test } from 'vitest'
import { cacheNode, loadedAnswer } from '../../test/support/cache-node.ts'
import { type AuditParts, auditOnce, type Verdict } from './auditor.ts'
import { bytesOf } from './entry.ts'

const never = new AbortController().signal

/** A node that holds `held`, and an index that answers `shown`. */
async function useAudit(held: string, shown: string, overrides: Partial<AuditParts> = {}) {
  const node = cacheNode({ now: 0 })
  const load = () => Promise.resolve(loadedAnswer(held))
  const request = { key: 'k', family: 'search', mayCarry: ['all', 't'], load, isHot: true } as const
  await node.cache.getOrLoad(request, never)
  const verdicts: Verdict[] = []
  const parts: AuditParts = {
    ...{ l1: node.l1, watermark: node.watermark, lease: node.lease },
    reload: () => Promise.resolve(loadedAnswer(shown)),
    differs: (kept, fresh) => kept.body.toString() !== fresh.body,
    catchUp: () => Promise.resolve(true),
    isBusy: () => false,
    onVerdict: ({ verdict }) => verdicts.push(verdict),
    now: () => 0,
    random: () => 0,
    everyMs: 1,
    patienceMs: 1,
    ...overrides,
  }
  return { ...node, verdicts, once: () => auditOnce(parts, never) }
}

describe('auditor', () => {
  test('an entry that says what the index says passes', async () => {
    const { once, verdicts } = await useAudit('1', '1')
    expect([await once(), verdicts]).toEqual(['same', ['same']])
  })

  test('a wrong entry that nothing has invalidated is found', async () => {
    const { once, l1 } = await useAudit('1', '1')
    const held = l1.get('k')
    if (held) l1.set('k', { ...held, body: bytesOf('planted') })
    expect(await once()).toBe('mismatch')
  })

  test('a change whose record arrives within the bound is no fault', async () => {
    const { once, watermark } = await useAudit('1', '2', {
      catchUp: () => {
        watermark.apply({ id: 1, verb: 'expire', tags: ['t'] })
        return Promise.resolve(true)
      },
    })
    expect(await once()).toBe('unknown')
  })

  test.each<[string, Partial<AuditParts>]>([
    ['the index is behind', { catchUp: () => Promise.resolve(false) }],
    ['the position of Postgres is not known', { catchUp: () => Promise.reject(new Error('Postgres away')) }],
    ['the load fails', { reload: () => Promise.reject(new Error('index away')) }],
    ['the answer is degraded', { reload: () => Promise.resolve(loadedAnswer('2', { isStorable: false })) }],
    ['they cannot be compared', { differs: () => null }],
  ])('a difference proves nothing while %s', async (_, overrides) => {
    const { once, verdicts } = await useAudit('1', '2', overrides)
    expect([await once(), verdicts]).toEqual(['unknown', ['unknown']])
  })

  test('without a lease nothing is judged, because nothing of that is served', async () => {
    const { once, lease } = await useAudit('1', '2')
    lease.lose()
    expect(await once()).toBe('unknown')
  })

  test('a difference seen before the log started again proves nothing', async () => {
    const { once, watermark, beat } = await useAudit('1', '2', {
      catchUp: () => {
        watermark.reset('another', 0)
        beat()
        return Promise.resolve(true)
      },
    })
    expect(await once()).toBe('unknown')
  })

  test('an answer that ends before the verdict is no fault: its lifetime may be the bound of what no tag names', async () => {
    const clock = { now: 0 }
    const catchUp = () => {
      clock.now = 40_000
      return Promise.resolve(true)
    }
    const { once, lease } = await useAudit('1', '2', { now: () => clock.now, catchUp })
    lease.asked(40_000, 99)
    lease.heartbeat(99)
    expect(await once()).toBe('unknown')
  })

  test('an empty memory has nothing to audit', async () => {
    const { once, l1, verdicts } = await useAudit('1', '2')
    l1.clear()
    expect([await once(), verdicts]).toEqual([null, []])
  })

  test('a loaded process audits nothing, and asks nobody', async () => {
    const { once, verdicts } = await useAudit('1', '2', {
      isBusy: () => true,
      reload: () => expect.unreachable('loaded'),
    })
    expect([await once(), verdicts]).toEqual([null, []])
  })

  test('a record that comes after the position was reached, and within the bound, clears the answer', async () => {
    const { once, watermark, lease, beat } = await useAudit('1', '2', { patienceMs: 20 })
    const verdict = once()
    await Promise.resolve()
    setImmediate(() => {
      watermark.apply({ id: 1, verb: 'expire', tags: ['t'] })
      beat()
    })
    expect([await verdict, lease.isFresh(0)]).toEqual(['unknown', true])
  })
})
