/**
 * Promise 4, the search side, and healing: what happens to one server at a time under load, and that all is as before
 * within 10 s of its return (the cache within 20 s). While it lasts, every answer is good, and none of them is over
 * the deadline of its route.
 *
 * | | killed (SIGKILL) | frozen (SIGSTOP) | cut off (refused, reset) | every byte 2 s late |
 * |---|---|---|---|---|
 * | Elasticsearch | always | always | always | always |
 * | Redis, state | always | always | soak | soak |
 * | Redis, cache | always | soak | always | soak |
 * | Postgres | always | always | always | soak |
 * | indexer | always | always | soak | soak |
 *
 * `soak`: under `npm run soak` only, where every fault lasts 100 s. The stack's keeper starts Elasticsearch again.
 */
import { describe, expect, test, vi } from 'vitest'
import { answersHealth } from '../../stack/elasticsearch.ts'
import { answersPing } from '../../stack/redis.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { say } from '../support/seed.ts'
import { countReplies, type Kind, quantile, type Reply } from '../support/steady-load.ts'
import { type Act, FAULT_MS, KINDS, useFaultStage } from './fault-stage.ts'

const stage = await useFaultStage('faults')
const { postgres, elasticsearch, redis } = stage

type When = 'always' | 'soak'
type Fault = readonly [name: string, when: When, fault: Act, heal: Act]

vi.setConfig({ testTimeout: FAULT_MS + 240_000 })
/** Deadlines of the routes, and a second for a busy machine. */
const BOUND_MS: Readonly<Record<Kind, number>> = { search: 2_000, suggest: 1_300, item: 1_500, page: 2_000 }
/** `deadline-exceeded`: an answer that may come now and then on a machine with too much to do. */
const LATE = 504

const now = (faults: readonly Fault[]) => faults.filter(([, when]) => IS_SOAK || when === 'always')
const fewOf = (replies: readonly Reply[]) => replies.length * 0.03
const nothing = () => undefined

/** Answers are whole: of those that had to do without a server there are only the few that a busy machine makes. */
function expectWhole(replies: readonly Reply[], server?: string): void {
  const without = replies.filter(({ degraded }) => (server ? degraded.includes(server) : degraded.length > 0))
  expect(without.length).toBeLessThanOrEqual(fewOf(replies))
}

/** Nothing but good answers, none of them over its bound. */
function expectAllGood(name: string, replies: readonly Reply[]): void {
  const times = KINDS.map((kind) => {
    const of = replies.filter((reply) => reply.kind === kind)
    return `${kind} ${of.length} p50 ${quantile(of, 0.5)} p99 ${quantile(of, 0.99)} max ${quantile(of, 1)}`
  })
  say(`${name}: ${times.join(', ')} ms; ${JSON.stringify(countReplies(replies))}`)
  expect(replies.filter(({ status }) => status !== 200 && status !== LATE)).toEqual([])
  expect(replies.filter(({ status }) => status === LATE).length).toBeLessThanOrEqual(fewOf(replies))
  expect(replies.filter(({ kind, ms }) => ms > BOUND_MS[kind])).toEqual([])
  for (const kind of KINDS) expect(replies.filter((reply) => reply.kind === kind).length).toBeGreaterThan(5)
}

describe('Elasticsearch', () => {
  const { cut, delay, heal } = stage.network('ELASTICSEARCH_URL')
  const faults: readonly Fault[] = [
    ['frozen', 'always', elasticsearch.freeze, elasticsearch.thaw],
    ['cut off', 'always', cut, heal],
    ['slower than any deadline', 'always', delay, heal],
    ['killed', 'always', elasticsearch.kill, elasticsearch.back],
  ]
  test.each(now(faults))(
    'while it is %s, answers come from Postgres and say so; then all is as before',
    async (name, _, fault, end) => {
      const isDirect = elasticsearch.means === 'signals' && ['frozen', 'killed'].includes(name)
      const replies = await stage.underFault(async () => {
        await fault()
        const url = isDirect ? stage.elasticsearchUrl : stage.urls.ELASTICSEARCH_URL
        await expect(answersHealth(url)).rejects.toThrow()
      })
      const isFound = name === 'killed' ? await stage.changeAnItem() : nothing
      await end()
      await stage.allAsUsual(`after Elasticsearch was ${name}`)
      expectAllGood(`Elasticsearch ${name} (${isDirect ? 'signals' : 'proxy'})`, replies)
      const missing = (kind: Kind) =>
        replies.filter((reply) => reply.kind === kind && reply.degraded.includes('elasticsearch')).length
      expect(missing('search')).toBeGreaterThan(5)
      expect(missing('suggest')).toBeGreaterThan(5)
      expect(replies.filter(({ kind, degraded }) => kind === 'item' && degraded.length > 0)).toEqual([])
      await isFound()
    },
  )
})

describe.each([
  ['state', 'REDIS_URL', { frozen: 'always', cut: 'soak' }],
  ['cache', 'AISLE_REDIS_CACHE_URL', { frozen: 'soak', cut: 'always' }],
] as const)('the Redis of the %s', (use, variable, when) => {
  const { cut, delay, heal } = stage.network(variable)
  const server = redis[use]
  const faults: readonly Fault[] = [
    ['frozen', when.frozen, server.freeze, server.thaw],
    ['cut off', when.cut, cut, heal],
    ['slower than any deadline', 'soak', delay, heal],
    ['killed and back empty', 'always', server.killAndRestart, nothing],
  ]
  test.each(now(faults))(`while the ${use} is %s, nothing differs but speed`, async (name, _, fault, end) => {
    const replies = await stage.underFault(async () => {
      await fault()
      if (!name.startsWith('killed')) await expect(answersPing(stage.urls[variable])).rejects.toThrow()
    })
    await end()
    await stage.allAsUsual(`after the Redis of the ${use} was ${name}`)
    await stage.cacheIsFresh()
    expectAllGood(`Redis of the ${use} ${name}`, replies)
    expectWhole(replies)
  })
})

describe('Postgres', () => {
  const { cut, delay, heal } = stage.network('DATABASE_URL')
  const faults: readonly Fault[] = [
    ['frozen', 'always', postgres.freeze, postgres.thaw],
    ['cut off', 'always', cut, heal],
    ['slower than any deadline', 'soak', delay, heal],
    ['killed', 'always', postgres.kill, postgres.restart],
  ]
  test.each(now(faults))(
    'while it is %s, search goes on and items come from the index',
    async (name, _, fault, end) => {
      const replies = await stage.underFault(async () => {
        await fault()
        if (name === 'frozen' || name === 'killed') expect(await postgres.answers()).toBe(false)
      })
      await end()
      await stage.allAsUsual(`after Postgres was ${name}`)
      expectAllGood(`Postgres ${name}`, replies)
      const items = replies.filter(({ kind, degraded }) => kind === 'item' && degraded.includes('postgres'))
      expect(items.length).toBeGreaterThan(5)
      expectWhole(replies, 'elasticsearch')
      const isFound = await stage.changeAnItem()
      await isFound()
    },
  )
})

describe('the indexer', () => {
  const { cut, delay, heal } = stage.networkOfIndexer
  const faults: readonly Fault[] = [
    ['frozen', 'always', () => stage.indexer().signal('SIGSTOP'), () => stage.indexer().signal('SIGCONT')],
    ['cut off from every server', 'soak', cut, heal],
    ['far from every server', 'soak', delay, heal],
    ['killed', 'always', () => stage.indexer().kill(), stage.startIndexer],
  ]
  test.each(now(faults))(
    'while it is %s, answers go on; then changes are found and the cache is fresh',
    async (name, _, fault, end) => {
      const replies = await stage.underFault(fault)
      const isFound = await stage.changeAnItem()
      await end()
      await stage.cacheIsFresh()
      expectAllGood(`indexer ${name}`, replies)
      expectWhole(replies)
      await isFound()
    },
  )
})
