/**
 * The stage of tests in which parts of the shop die: a Postgres and a Redis of the file's own, the simulated provider,
 * two apis and two workers as real processes, and a crowd with staff. What dies comes back at the same address.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, inject } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { isPassing } from '../../src/orders/postgres-faults.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { freePort } from '../../stack/ports.ts'
import { ensureDatabase } from '../../stack/postgres.ts'
import { deleteIndices } from '../../stack/wipe.ts'
import { type Crowd, type CrowdOptions, startCrowd } from '../support/crowd.ts'
import { contradictions, lostOrders } from '../support/crowd-accounts.ts'
import { gateUnrest } from '../support/gate-rest.ts'
import { TEST_AUTH_KEY } from '../support/identity.ts'
import { moneyFaults, openMoney } from '../support/money-accounts.ts'
import { PROVIDER_SECRET, startProvider } from '../support/payment-provider.ts'
import { usePostgresServer } from '../support/postgres-server.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { randomBy } from '../support/random.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { workOnce } from '../support/shop-staff.ts'
import { stockShop } from '../support/stocked-shop.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

/** As unpleasant as the provider of the design, in seconds instead of minutes. */
const HURRIED_RATES = {
  ...{ delay_p50_ms: 5, delay_p99_ms: 400, decline_ratio: 0.05, cancel_race_ratio: 0.02 },
  ...{
    webhook_late_max_ms: 1_500,
    webhook_copies_max: 3,
    webhook_reordered_ratio: 0.1,
    webhook_lost_ratio: 0.1,
  },
  ...{ error_after_ratio: 0.02, timeout_after_ratio: 0.005 },
}
const HURRIED = { AISLE_PAYMENT_TIMEOUT_MS: '400', AISLE_PAYMENT_ASK_S: '1', AISLE_PAYMENT_DEADLINE_S: '4' }
/** Everything that is due is done, whoever has died: a lease of a dead worker lasts 10 s. */
const SETTLED_MS = 90_000
const AT_REST_MS = 15_000
/** Units of one SKU for one customer: reached now and then. */
const LIMIT = 6
/** One piece of work of the staff to so many things that shoppers do. */
const SHOPPERS_PER_STAFF = 12

export type ShopStage = Awaited<ReturnType<typeof useShopStage>>

/** Call at the top of the file. @param name short; unique over the test files */
export async function useShopStage(name: string) {
  const servers = inject('servers')
  const namespace = `t_${servers.run}_${name}`
  const postgres = await usePostgresServer(namespace)
  const redis = await useRedisServer()
  const provider = await startProvider()
  const toPostgres = await startTcpProxy(postgres.url)
  const toRedis = await startTcpProxy(redis.url)
  const processes = { api: [] as RunningProcess[], worker: [] as RunningProcess[] }
  const ports = { api: [await freePort(), await freePort()], worker: [await freePort(), await freePort()] }
  const state = { namespace, pool: postgres.pool, staffFaults: [] as string[] }
  const start = (kind: 'api' | 'worker', at: number) => {
    const to = new URL(toPostgres.url)
    to.pathname = `/${state.namespace}`
    return startProcess(kind, {
      ...HURRIED,
      DATABASE_URL: to.href,
      ELASTICSEARCH_URL: servers.elasticsearch,
      REDIS_URL: toRedis.url,
      AISLE_NAMESPACE: state.namespace,
      AISLE_CURSOR_SECRET: 'cursors-of-a-test-are-signed-with-this',
      AISLE_AUTH_KEY: TEST_AUTH_KEY,
      AISLE_PAYMENT_URL: provider.url,
      AISLE_PAYMENT_SECRETS: PROVIDER_SECRET,
      AISLE_LOG_LEVEL: 'error',
      [kind === 'api' ? 'AISLE_PORT' : 'AISLE_METRICS_PORT']: String(ports[kind][at]),
    })
  }
  const open = async () => {
    await provider.reset()
    await provider.configure({ ...HURRIED_RATES, webhook_url: '' })
    processes.api = await Promise.all([start('api', 0), start('api', 1)])
    processes.worker = await Promise.all([start('worker', 0), start('worker', 1)])
    await provider.configure({ webhook_url: `${processes.api[0]?.url}/v1/webhooks/payments/sim` })
    await state.pool.query(`insert into inv.location (loc, name) values (2, 'second') on conflict do nothing`)
  }
  const close = async () => {
    await Promise.all([...processes.api, ...processes.worker].map((one) => one.stop()))
    processes.api = []
    processes.worker = []
    await deleteIndices(servers.elasticsearch, state.namespace)
  }
  afterAll(async () => {
    await close()
    if (state.pool !== postgres.pool) await state.pool.end()
    await Promise.all([toPostgres.close(), toRedis.close()])
  })

  return {
    postgres,
    redis,
    toPostgres,
    toRedis,
    processes,
    open,
    close,
    get pool(): Pool {
      return state.pool
    },
    get namespace(): string {
      return state.namespace
    },
    /** An empty shop in a database of its own. @param suffix of its name */
    async openAnother(suffix: string): Promise<void> {
      await close()
      if (state.pool !== postgres.pool) await state.pool.end()
      state.namespace = `${namespace}_${suffix}`
      const url = await ensureDatabase(postgres.url, state.namespace)
      state.pool = createPool({ url, applicationName: 'aisle-test', size: 3, statementTimeoutMs: 60_000 })
      await migrate(state.pool)
      await redis.ask('FLUSHALL')
      await open()
    },
    /** SIGKILL, and another one at the same address. */
    async killProcess(kind: 'api' | 'worker', at: number): Promise<void> {
      await processes[kind][at]?.kill()
      processes[kind][at] = await start(kind, at)
    },
    async killPostgres(): Promise<void> {
      await postgres.kill()
      // sessions that the signal has missed keep its data locked for a moment
      await waitFor('Postgres is back', () => postgres.restart().then(() => true), { deadlineMs: 30_000 })
    },
    /** Shoppers and staff. @param units of each sku at the beginning */
    async startCrowd(options: Omit<CrowdOptions, 'urls' | 'namespace'>, units: number) {
      const goods = Object.fromEntries(options.skus.map((sku) => [sku, { units, limit: LIMIT }]))
      await stockShop(state.pool, goods)
      const urls = () => processes.api.map(({ url }) => url)
      const crowd = startCrowd({ ...options, urls, namespace: state.namespace })
      return { crowd, staff: serve(state, crowd, options) }
    },
    /** Everybody has left: what was promised is there, to the last unit and the last cent. */
    async expectPeace(crowd: Crowd): Promise<void> {
      const { pool } = state
      expect(crowd.surprises).toEqual([])
      expect(state.staffFaults).toEqual([])
      await waitFor('no money is under way', async () => (await openMoney(pool)) === 0, {
        deadlineMs: SETTLED_MS,
      })
      const asEmpty = (ask: () => Promise<readonly unknown[]>) => async () => {
        const found = await ask()
        if (found.length > 0) throw new Error(JSON.stringify(found.slice(0, 5)))
        return true
      }
      await waitFor(
        'every invariant holds',
        asEmpty(() => verifyInventory(pool)),
        { deadlineMs: SETTLED_MS },
      )
      expect(await contradictions(pool, crowd.holds)).toEqual([])
      expect(await lostOrders(pool, crowd.orders)).toEqual([])
      await waitFor(
        'money and goods agree',
        asEmpty(() => moneyFaults(pool, provider)),
        {
          deadlineMs: AT_REST_MS,
        },
      )
      const prefix = namesFor(state.namespace).redisPrefix
      const unrest = asEmpty(() => gateUnrest(pool, redis.url, prefix))
      await waitFor('I12: the gate is at rest', unrest, { deadlineMs: AT_REST_MS })
    },
  }
}

type StaffState = { readonly pool: Pool; readonly staffFaults: string[] }

/** The staff works as long as there are shoppers. */
function serve(state: StaffState, crowd: Crowd, { skus, seed }: Pick<CrowdOptions, 'skus' | 'seed'>) {
  const random = randomBy(seed + 1)
  const staff = { works: 0, isOver: false, finished: Promise.resolve() }
  void crowd.finished.then(() => {
    staff.isOver = true
  })
  staff.finished = (async () => {
    while (!staff.isOver) {
      if (staff.works * SHOPPERS_PER_STAFF > crowd.done) {
        await pause(5)
        continue
      }
      staff.works += 1
      await workOnce({ pool: state.pool, random, skus, orders: crowd.orders }).catch((thrown: unknown) => {
        // whoever dies takes connections with it; a deadlock would be a fault of the lock order
        const isFault = !isPassing(thrown) || (thrown as { code?: string }).code === DEADLOCK
        if (isFault) state.staffFaults.push(String(thrown))
      })
    }
  })()
  return staff
}

const DEADLOCK = '40P01'
