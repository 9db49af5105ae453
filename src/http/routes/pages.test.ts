import { readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { edge } from '../../../test/support/edge.ts'
import { hit, memorySearch } from '../../../test/support/memory-search.ts'
import type { Hit, SearchAnswer } from '../../catalog/answers.ts'
import { SearchUnavailable } from '../../search/unavailable.ts'

const page = async (path: string, hits?: readonly Hit[]) => {
  const reply = await edge(hits ? { search: memorySearch(hits) } : {}).request(path)
  return { reply, text: await reply.text() }
}

/** A page over a search answer with some fields changed. */
async function pageOf(path: string, changes: Partial<SearchAnswer>): Promise<string> {
  const memory = memorySearch()
  const search = {
    ...memory,
    search: async (...args: Parameters<typeof memory.search>) => ({
      ...(await memory.search(...args)),
      ...changes,
    }),
  }
  return (await edge({ search }).request(path)).text()
}

test('an item of a page links to its own page and shows its price', async () => {
  const { text } = await page('/search?q=drive')
  expect(text).toContain('href="/item/1"')
  expect(text).toContain('€49.90')
})

test('text of the catalogue and of the URL never becomes markup', async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`
  const hits = [hit({ name: evil, brand: evil, image: 'javascript:alert(3)', sku: evil })]
  for (const path of [`/search?q=${encodeURIComponent(evil)}`, '/', '/item/1', '/c/storage/hard-drives']) {
    const { text } = await page(path, hits)
    expect(text.match(/<script/g), path).toEqual(['<script']) // our own
    expect(text, path).not.toMatch(/<img src=x|javascript:/)
  }
})

test('a page runs only what comes from its own origin', async () => {
  const { reply, text } = await page('/')
  const policy = reply.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("img-src 'self' https:")
  expect(text).not.toMatch(/ on[a-z]+="| style="|<style|<script(?![^>]* src=)/)
})

test('a facet value links to the page with it added, a chosen one to the page without', async () => {
  expect((await page('/search?q=drive')).text).toContain('href="/search?q=drive&amp;f.brand=Western+Digital"')
  const chosen = (await page('/search?q=drive&f.brand=Western+Digital')).text
  expect(chosen).toMatch(/<a class="value value-box" href="\/search\?q=drive"[^>]*aria-current="true"/)
})

test.each([
  ['price_from=12.50&price_to=20', '/search?q=drive&price=1250-2000'],
  ['price_from=&price_to=7', '/search?q=drive&price=-700'],
  ['price_from=30&price_to=10', '/search?q=drive&price=1000-3000'],
  ['price_from=cheap&price_to=', '/search?q=drive'],
])('a typed price %s becomes part of the URL', async (typed, url) => {
  const { reply } = await page(`/search?q=drive&${typed}`)
  expect(reply.status).toBe(302)
  expect(reply.headers.get('location')).toBe(url)
})

test('a link from elsewhere with parameters of its own still opens the page', async () => {
  expect((await page('/search?q=drive&utm_source=mail&utm_source=x')).reply.status).toBe(200)
})

test('a page number that is none is told on a page', async () => {
  const reply = await edge().request('/search?page=two', { headers: { accept: 'text/html' } })
  expect(reply.status).toBe(400)
  expect(await reply.text()).toContain('page is not a whole number')
})

test('a corrected query says what was searched and offers the words as typed', async () => {
  const changes = { query_asked: 'driv', query_used: 'drive', step: 'corrected' as const }
  const text = await pageOf('/search?q=driv', changes)
  expect(text).toContain('Showing results for <strong>drive</strong>')
  expect(text).toContain('href="/search?q=driv&amp;exact=1"')
})

test('a correction that was not applied is offered', async () => {
  expect(await pageOf('/search?q=drive', { did_you_mean: 'driver' })).toContain(
    'Did you mean <a href="/search?q=driver">driver</a>?',
  )
})

test('nothing found helps on: without filters, in all categories, popular products', async () => {
  const { text } = await page('/search?q=zzz&category=storage&f.brand=X')
  expect(text).toContain('Nothing matches <strong>zzz</strong>')
  expect(text).toContain('href="/search?q=zzz&amp;category=storage">search without filters')
  expect(text).toContain('Popular products')
})

test.each([
  ['elasticsearch', 'simpler rules'],
  ['postgres', 'Prices and stock may be a little out of date'],
  ['suggestions', 'Suggestions while you type are missing'],
  ['something-else', 'incomplete'],
])('an answer without %s says what is missing in plain words', async (server, words) => {
  const text = await pageOf('/search?q=drive', { degraded: [server, server] })
  expect(text.split('being repaired')).toHaveLength(2)
  expect(text).toContain(words)
})

test('on the first page one category does not take all the places of popular products', async () => {
  const many = Array.from({ length: 20 }, (_, i) => hit({ item_id: String(i + 1) }))
  const other = hit({
    item_id: '99',
    category: { category_id: '9', name: 'Pens', path: 'pens', names: ['Pens'] },
  })
  const { text } = await page('/', [...many, other])
  expect(text.match(/class="card"/g)).toHaveLength(12)
  expect(text).toContain('href="/item/99"')
})

test('an item shows others of its category, and is there without them', async () => {
  const memory = memorySearch([hit(), hit({ item_id: '2', name: 'Another drive' })])
  expect(await (await edge({ search: memory }).request('/item/1')).text()).toContain('Another drive')
  const search = { ...memory, search: () => Promise.reject(new SearchUnavailable('away')) }
  const alone = await edge({ search }).request('/item/1')
  expect([alone.status, (await alone.text()).includes('Another drive')]).toEqual([200, false])
})

test('the page of categories leads to every one', async () => {
  const { text } = await page('/categories')
  expect(text).toContain('href="/c/storage"')
  expect(text).toContain('href="/c/storage/hard-drives"')
})

test('a later page shows the filters of the first', async () => {
  const hits = Array.from({ length: 30 }, (_, i) => hit({ item_id: String(i + 1) }))
  const { text } = await page('/search?page=2', hits)
  expect(text).toContain('href="/search?f.brand=Western+Digital"')
  expect(text).toMatch(/<span aria-current="page">2<\/span>/)
  expect(text.match(/class="card"/g)).toHaveLength(6)
})

test('files of the pages are kept for good under their hash and not at all under another', async () => {
  const app = edge()
  const own =
    /href="(\/assets\/[0-9a-f]{12}\/shop\.css)"/.exec(await (await app.request('/')).text())?.[1] ?? ''
  expect((await app.request(own)).headers.get('cache-control')).toContain('immutable')
  const other = await app.request('/assets/000000000000/shop.css')
  expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect((await app.request('/assets/000000000000/../html.ts')).status).toBe(404)
})

test('the script of the pages is at most 30 KB, as the proxy compresses it', async () => {
  const app = edge()
  const names = readdirSync(new URL('../../../web/browser/', import.meta.url)).filter((name) =>
    name.endsWith('.js'),
  )
  const sizes = await Promise.all(
    names.map(
      async (name) =>
        gzipSync(await (await app.request(`/assets/x/browser/${name}`)).arrayBuffer()).byteLength,
    ),
  )
  expect(Math.min(...sizes)).toBeGreaterThan(100)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(30_000)
})
