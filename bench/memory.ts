/**
 * Memory that each process holds, as the system counts it (resident set): at rest and under its heaviest work. The
 * most of all samples counts, because that is what a limit would hit.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Figure } from './benchmark.ts'
import type { Job, LoadPlan } from './load-client.ts'
import { type Place, seed, untilShown, untilSuggesting, withPlace } from './place.ts'
import { compile, LOAD_CLIENT, PATIENT, type Running, residentMb, run, withProcess } from './processes.ts'
import { spreadOf } from './statistics.ts'

const ITEMS = 200_000
const ITEMS_FULL = 1_000_000
const CACHE_BYTES = 50_000_000
const SAMPLE_MS = 200
const REST_MS = 5_000
const CLIENTS = 16
/** Searches with answers of some 20 KB: more than the cache has room for. */
const SEARCHES = 4_000
/** The cache needs this long to be full. */
const LOAD_SECONDS = 60

export const memory: Benchmark = {
  name: 'memory',
  about: 'resident memory of api, worker and indexer, at rest and under load',
  run: (setting) =>
    withPlace(setting, 'memory', async (place) => {
      const items = setting.isFull ? ITEMS_FULL : ITEMS
      await seed(place, items)
      for (const kind of ['indexer', 'worker', 'api'] as const) await compile(setting, kind)
      const figures = await withProcess(setting, 'indexer', place.env, async (indexer) => {
        const loading = await mostWhile(indexer, untilShown(place, items))
        const worker = await withProcess(setting, 'worker', place.env, async (running) => {
          const building = await mostWhile(running, untilSuggesting(place))
          return [
            figure('worker, building', building, null),
            figure('worker, at rest', await atRest(running), null),
          ]
        })
        const rest = await atRest(indexer)
        const api = await apiFigures(place)
        return [
          figure('indexer, loading', loading, 200),
          figure('indexer, at rest', rest, null),
          ...worker,
          ...api,
        ]
      })
      return {
        conditions: [
          `${items} items; modules compiled by an earlier start; api with a cache of ${CACHE_BYTES / 1e6} MB, ${CLIENTS} clients asking ${SEARCHES} different searches ` +
            `three times each for up to ${LOAD_SECONDS} s; sampled every ${SAMPLE_MS} ms`,
        ],
        figures,
      }
    }),
}

async function apiFigures(place: Place): Promise<Figure[]> {
  const { setting } = place
  const env = { ...place.env, ...PATIENT, AISLE_CACHE_BYTES: String(CACHE_BYTES) }
  return await withProcess(setting, 'api', env, async (api) => {
    const rest = await atRest(api)
    const under = await mostWhile(api, fill(place, api))
    const held = await cacheMb(api)
    return [
      figure('api, at rest', rest, null),
      figure('api, under load', under, 150),
      figure('api, bytes of the cache by its own count', held, null),
      figure('api, at rest after load', await atRest(api), null),
    ]
  })
}

/** Each search thrice: a miss, the sighting that lets it in, a hit. */
async function fill({ setting, pool }: Place, api: Running): Promise<void> {
  setting.say('filling the cache')
  const { rows } = await pool.query<{ name: string }>(
    'select name from items order by md5(item_id::text) limit $1::integer',
    [SEARCHES],
  )
  const jobs = rows.map(({ name }): Job => {
    const url = `${api.url}/v1/search?size=48&q=${encodeURIComponent(name.split(/\s+/).slice(0, 3).join(' '))}`
    const step = [{ url, method: 'GET', headers: {}, body: '' }]
    return [step, step, step]
  })
  const plan: LoadPlan = { jobs, clients: CLIENTS, seconds: LOAD_SECONDS }
  await run(setting, [LOAD_CLIENT], {}, JSON.stringify(plan))
}

/** The most that it held while `work` was under way, MB. */
async function mostWhile({ pid }: Running, work: Promise<unknown>): Promise<number> {
  let most = residentMb(pid)
  const sampling = setInterval(() => {
    most = Math.max(most, residentMb(pid))
  }, SAMPLE_MS)
  await work.finally(() => clearInterval(sampling))
  return most
}

async function atRest({ pid }: Running): Promise<number> {
  await sleep(REST_MS)
  return residentMb(pid)
}

async function cacheMb({ url }: Running): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^cache_bytes (\S+)/m.exec(text)?.[1] ?? Number.NaN) / 1e6
}

function figure(name: string, mb: number, atMost: number | null): Figure {
  return { name, unit: 'MB', spread: spreadOf([mb]), target: atMost === null ? null : { atMost } }
}
