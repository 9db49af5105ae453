/**
 * A cached suggestion over HTTP, one api process, against a bare node:http server that sends the same bytes with the
 * same headers. Both take turns, the load comes from a process of its own. Processor time has to keep the target as
 * well: on two cores the load itself bounds the rate of the faster server, which flatters the slower one.
 */
import type { Benchmark, Setting } from './benchmark.ts'
import { seed, untilShown, untilSuggesting, withPlace } from './place.ts'
import { processorSeconds, type Running, start, withProcess } from './processes.ts'
import { requestRate, timesOf } from './requests.ts'
import { percentile, ratios, spreadOf } from './statistics.ts'

const ITEMS = 2_000
const CONNECTIONS = 64
const PATH = '/v1/suggest?q=wa'
const WARM_SECONDS = 2
const ONE_CLIENT_REQUESTS = 2_000

type Turn = { readonly rate: number; readonly cpuUs: number; readonly p50Us: number }

export const cachedSuggest: Benchmark = {
  name: 'cached-suggest',
  about: 'a cached suggestion over HTTP against a bare node:http server that sends the same bytes',
  run: (setting) =>
    withPlace(setting, 'suggest', async (place) => {
      await seed(place, ITEMS)
      return await withProcess(setting, 'indexer', place.env, async () => {
        await untilShown(place, ITEMS)
        await withProcess(setting, 'worker', place.env, () => untilSuggesting(place))
        return await withProcess(setting, 'api', place.env, (api) => compare(setting, api))
      })
    }),
}

async function compare(setting: Setting, api: Running) {
  const reply = await cachedReply(api.url + PATH)
  const bare = await start(setting, 'bare', { BARE_REPLY: JSON.stringify(reply) })
  try {
    const [ours, floor]: [Turn[], Turn[]] = [[], []]
    for (const { url } of [api, bare]) await requestRate(setting, url + PATH, CONNECTIONS, WARM_SECONDS)
    for (let round = 0; round < setting.rounds; round++) {
      ours.push(await turn(setting, api))
      floor.push(await turn(setting, bare))
      setting.say(
        `round ${round + 1}: ${ours.at(-1)?.rate.toFixed(0)} of ${floor.at(-1)?.rate.toFixed(0)} requests/s`,
      )
    }
    return finding(setting, reply.body.length, ours, floor)
  } finally {
    await bare.stop()
  }
}

function finding(setting: Setting, bytes: number, ours: readonly Turn[], floor: readonly Turn[]) {
  const ratioOf = (field: keyof Turn, a: readonly Turn[], b: readonly Turn[]) =>
    spreadOf(
      ratios(
        a.map((one) => one[field]),
        b.map((one) => one[field]),
      ),
    )
  const of = (field: keyof Turn, turns: readonly Turn[]) => spreadOf(turns.map((one) => one[field]))
  return {
    conditions: [
      `GET ${PATH}, reply of ${bytes} bytes, X-Cache: HIT-L1, ${ITEMS} items; ${CONNECTIONS} connections, ` +
        `pipelining 1, rounds of ${setting.seconds} s in turns`,
    ],
    figures: [
      {
        name: 'requests/s, ours of bare',
        unit: 'ratio',
        spread: ratioOf('rate', ours, floor),
        target: { atLeast: 0.6 },
      },
      {
        name: 'processor time, bare of ours',
        unit: 'ratio',
        spread: ratioOf('cpuUs', floor, ours),
        target: { atLeast: 0.6 },
      },
      { name: 'requests/s, ours', unit: '/s', spread: of('rate', ours), target: null },
      { name: 'requests/s, bare', unit: '/s', spread: of('rate', floor), target: null },
      { name: 'processor time a request, ours', unit: 'us', spread: of('cpuUs', ours), target: null },
      { name: 'processor time a request, bare', unit: 'us', spread: of('cpuUs', floor), target: null },
      { name: 'p50 at one client, ours', unit: 'us', spread: of('p50Us', ours), target: null },
      { name: 'p50 at one client, bare', unit: 'us', spread: of('p50Us', floor), target: null },
    ],
  }
}

async function turn(setting: Setting, { pid, url }: Running): Promise<Turn> {
  const before = processorSeconds(pid)
  const rate = await requestRate(setting, url + PATH, CONNECTIONS, setting.seconds)
  const oneByOne = Array.from({ length: ONE_CLIENT_REQUESTS }, () => ({ url: url + PATH, headers: {} }))
  const cpuUs = ((processorSeconds(pid) - before) * 1e6) / (rate * setting.seconds)
  return { rate, cpuUs, p50Us: percentile(await timesOf(oneByOne), 0.5) }
}

/** Asked until it comes from memory: a key is let in on its second sighting. */
async function cachedReply(url: string): Promise<{ headers: string[]; body: string }> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const reply = await fetch(url)
    const body = await reply.text()
    if (reply.headers.get('x-cache') !== 'HIT-L1') continue
    // What a server adds by itself, both add.
    const own = new Set(['date', 'connection', 'keep-alive'])
    return { headers: [...reply.headers].filter(([name]) => !own.has(name)).flat(), body }
  }
  throw new Error(`${url} does not come from memory: is the cache on, and are there suggestions?`)
}
