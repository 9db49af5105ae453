/**
 * What the api adds to Elasticsearch: searches with facets and suggestions, nothing cached, through one api process
 * against the very same bodies in the same order sent straight by a plain client. Both by the same client, in turns.
 */
import type { Benchmark, Figure, Setting } from './benchmark.ts'
import type { Job, LoadPlan, LoadResult } from './load-client.ts'
import { type Place, seed, untilShown, untilSuggesting, withPlace } from './place.ts'
import { LOAD_CLIENT, PATIENT, run, withProcess } from './processes.ts'
import { startRecordingProxy } from './recording-proxy.ts'
import { ratios, spreadOf } from './statistics.ts'

const ITEMS = 20_000
const QUERIES = 60
const CLIENTS = 16
const UNCACHED = { AISLE_CACHE_BYTES: '0', ...PATIENT }

/** The same questions, asked in two ways. */
type Ways = { readonly api: readonly Job[]; readonly straight: readonly Job[] }
type Kind = 'search with facets' | 'suggest'

export const apiOverhead: Benchmark = {
  name: 'api-overhead',
  about: 'search with facets and suggest, uncached, against the same bodies sent straight to Elasticsearch',
  run: (setting) =>
    withPlace(setting, 'overhead', async (place) => {
      await seed(place, ITEMS)
      await withProcess(setting, 'indexer', place.env, async () => {
        await untilShown(place, ITEMS)
        await withProcess(setting, 'worker', place.env, () => untilSuggesting(place))
      })
      const { searches, prefixes } = await questions(place)
      const figures = [
        ...(await compare(
          place,
          'search with facets',
          searches.map((q) => `/v1/search?q=${q}`),
        )),
        ...(await compare(
          place,
          'suggest',
          prefixes.map((q) => `/v1/suggest?q=${q}`),
        )),
      ]
      const conditions = [
        `${ITEMS} items, ${QUERIES} queries of two words and ${QUERIES} prefixes, indexer stopped, cache off`,
        `one api process; ${CLIENTS} clients and one client, rounds of ${setting.seconds} s in turns; every answer parsed`,
      ]
      return { conditions, figures }
    }),
}

/** Two words of names of the catalogue, and beginnings of their first words. */
async function questions({ pool }: Place): Promise<{ searches: string[]; prefixes: string[] }> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from items order by md5(item_id::text) limit $1::integer',
    [QUERIES],
  )
  const words = rows.map(({ name }) =>
    name
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => /^[a-z]{3,}$/.test(word)),
  )
  const searches = words.map((list) => encodeURIComponent(list.slice(0, 2).join(' ')))
  const prefixes = words.map((list, i) => (list[0] ?? 'chair').slice(0, 2 + (i % 4)))
  return { searches, prefixes }
}

async function compare(place: Place, kind: Kind, paths: readonly string[]): Promise<Figure[]> {
  const { setting } = place
  const straight = await recordedJobs(place, paths)
  return await withProcess(setting, 'api', { ...place.env, ...UNCACHED }, async (api) => {
    const asked = paths.map((path): Job => [[{ url: api.url + path, method: 'GET', headers: {}, body: '' }]])
    const ways: Ways = { api: asked, straight }
    await turns(setting, ways, CLIENTS, 1) // warms both
    const many = await turns(setting, ways, CLIENTS, setting.rounds)
    const one = await turns(setting, ways, 1, setting.rounds)
    setting.say(`${kind}: ${straight.flat().length / straight.length} requests an answer`)
    return figuresOf(kind, many, one)
  })
}

type Turns = { readonly api: readonly LoadResult[]; readonly straight: readonly LoadResult[] }

function figuresOf(kind: Kind, many: Turns, one: Turns): Figure[] {
  const rates = (results: readonly LoadResult[]) => results.map(({ rate }) => rate)
  const medians = (results: readonly LoadResult[]) => results.map(({ p50Ms }) => p50Ms)
  const added = medians(one.api).map((ms, i) => ms - (medians(one.straight)[i] ?? Number.NaN))
  const figure = (
    name: string,
    unit: string,
    values: readonly number[],
    target: Figure['target'],
  ): Figure => ({
    name: `${kind}: ${name}`,
    unit,
    spread: spreadOf(values),
    target,
  })
  return [
    figure('answers/s, api of straight', 'ratio', ratios(rates(many.api), rates(many.straight)), {
      atLeast: 0.85,
    }),
    figure('p50 that the api adds', 'ms', added, { atMost: 1.5 }),
    figure('answers/s, api', '/s', rates(many.api), null),
    figure('answers/s, straight', '/s', rates(many.straight), null),
    figure('p50 at one client, api', 'ms', medians(one.api), null),
    figure('p50 at one client, straight', 'ms', medians(one.straight), null),
  ]
}

async function turns(setting: Setting, ways: Ways, clients: number, rounds: number): Promise<Turns> {
  const results = { api: [] as LoadResult[], straight: [] as LoadResult[] }
  for (let round = 0; round < rounds; round++) {
    for (const way of ['api', 'straight'] as const) {
      const plan: LoadPlan = { jobs: ways[way], clients, seconds: setting.seconds }
      results[way].push(JSON.parse(await run(setting, [LOAD_CLIENT], {}, JSON.stringify(plan))) as LoadResult)
    }
  }
  return results
}

/** What the api sends for each path when it has been asked it before. */
async function recordedJobs({ setting, env }: Place, paths: readonly string[]): Promise<Job[]> {
  const proxy = await startRecordingProxy(setting.urls.elasticsearch)
  try {
    const recorded = { ...env, ...UNCACHED, ELASTICSEARCH_URL: proxy.url }
    return await withProcess(setting, 'api', recorded, async (api) => {
      for (const path of paths) await fetch(api.url + path)
      const jobs: Job[] = []
      for (const path of paths) {
        proxy.taken()
        const reply = await fetch(api.url + path)
        if (!reply.ok) throw new Error(`${path}: status ${reply.status}`)
        await reply.arrayBuffer()
        jobs.push(proxy.taken())
      }
      return jobs
    })
  } finally {
    await proxy.stop()
  }
}
