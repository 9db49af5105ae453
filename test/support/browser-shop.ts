/**
 * A running shop and a browser for one test file: indexer, api and worker over a small catalogue, the api with a
 * TCP proxy before Elasticsearch. What a page says on its console or throws is gathered as a fault.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { CHROMIUM } from './capabilities.ts'
import { type TestDatabase, useDatabase } from './database.ts'
import { type RunningProcess, startProcess } from './processes.ts'
import { fillShop, SHOP_ITEMS } from './shop-catalogue.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { waitFor } from './wait-for.ts'

export const WIDE = { width: 1280, height: 900 }
export const NARROW = { width: 360, height: 780 }

/** URLs of the pictures of the catalogue; nobody serves them. */
export const PICTURES = 'https://images.invalid/**'

export type BrowserShop = {
  readonly database: TestDatabase
  readonly elasticsearch: TcpProxy
  /** Console errors and thrown errors of all pages so far, but for pictures that cannot be fetched here. */
  readonly faults: string[]
  /** A page in a context of its own, closed with the test's `close`. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>
  url(path: string): string
}

/** For the top of a file: starts before its tests, ends after them. @param more environment of its processes */
export async function useBrowserShop(more: Readonly<Record<string, string>> = {}): Promise<BrowserShop> {
  const database = await useDatabase('browser')
  const elasticsearch = await startTcpProxy(database.elasticsearchUrl)
  const faults: string[] = []
  let processes: RunningProcess[] = []
  let browser: Browser
  let base = ''

  beforeAll(async () => {
    await fillShop(database.pool)
    const env = {
      ...database.env,
      ...more,
      AISLE_SHOP_NAME: 'Corner Shop',
      AISLE_SUGGEST_REBUILD_MS: '1000',
      AISLE_GUEST_RATE: '100000', // all shoppers have one address here
      // A busy machine of tests must not decide what the page shows.
      AISLE_SUGGEST_DEADLINE_MS: '4000',
      AISLE_SEARCH_DEADLINE_MS: '4000',
    }
    processes = await Promise.all([
      startProcess('indexer', env),
      startProcess('api', { ...env, ELASTICSEARCH_URL: elasticsearch.url }),
    ])
    base = processes[1]?.url ?? ''
    const launched = launch()
    await waitFor('every item is searchable', () => hasItems(base), { deadlineMs: 60_000 })
    processes.push(await startProcess('worker', env))
    await waitFor('suggestions are built', () => hasSuggestions(base), { deadlineMs: 60_000 })
    browser = await launched
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await Promise.all(processes.map((running) => running.stop()))
    await elasticsearch.close()
  })

  return {
    database,
    elasticsearch,
    faults,
    url: (path) => base + path,
    open: async (path, options = {}) => {
      const context = await browser.newContext({ viewport: WIDE, ...options })
      await context.route(PICTURES, (route) => route.abort()) // at once, where a resolver may take seconds
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      page.on('console', (message) => {
        if (message.type() === 'error' && !isExpected(message.text())) faults.push(message.text())
      })
      page.on('pageerror', (error) => faults.push(error.message))
      await page.goto(base + path, { waitUntil: 'domcontentloaded' })
      return page
    },
  }
}

/** A browser of this machine. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

/** Pictures cannot be fetched here, and some tests ask for what is not there. */
function isExpected(text: string): boolean {
  return text.includes('net::ERR_') || text.includes('status of 404')
}

async function hasItems(base: string): Promise<boolean> {
  const found = await fetch(`${base}/v1/search?facets=`)
  const { total } = (await found.json()) as { total: { value: number } }
  return total.value === SHOP_ITEMS
}

async function hasSuggestions(base: string): Promise<boolean> {
  const found = await fetch(`${base}/v1/suggest?q=wire`)
  return ((await found.json()) as { suggestions: unknown[] }).suggestions.length > 0
}
