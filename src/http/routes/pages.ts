/** The pages of the shop: `/`, `/categories`, `/search`, `/c/{category}`, `/item/{id}`. Rendered here, usable without script. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { categoriesPage } from '../../../web/pages/categories-page.ts'
import { homePage } from '../../../web/pages/home-page.ts'
import { itemPage } from '../../../web/pages/item-page.ts'
import { browseUrl } from '../../../web/pages/links.ts'
import { type SearchPageInput, searchPage } from '../../../web/pages/search-page.ts'
import { spread } from '../../../web/pages/spread.ts'
import { TAG_LIST } from '../../cache/tags.ts'
import { TAG_ALL } from '../../cache/watermark.ts'
import type {
  CategoriesAnswer,
  CategoryAnswer,
  Hit,
  ItemAnswer,
  SearchAnswer,
} from '../../catalog/answers.ts'
import { problem } from '../../errors.ts'
import { itemAnswerTags, searchAnswerTags } from '../../search/answer-tags.ts'
import type { CatalogSearch, SearchQuery } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import type { AppEnv } from '../context.ts'
import { keepPage } from '../keep.ts'
import { pageRequest } from '../page-request.ts'
import { ItemPath } from '../parameters.ts'
import { problemOfIssues } from '../problem-reply.ts'
import { browseOf } from '../queries.ts'
import type { ShopPages } from '../shop.ts'

/** Popular items to choose from, shown, and of one category. */
const POPULAR_ASKED = 100
const POPULAR_SHOWN = 12
const OF_ONE_CATEGORY = 2
/** One row beside an item. */
const OTHERS = 6
/** What they may cost the page of the item, ms. */
const OTHERS_MS = 150
/** A category is as old as the process's tree of them, 2 s at most; what is in it no tag names. */
const TREE_LIFE = { maxAgeMs: 2_000 }

export const pageRoutes = (search: CatalogSearch, admit: Admit, shop: ShopPages) => {
  const app = new OpenAPIHono<AppEnv>()
  const send = (c: Context<AppEnv>, page: string) => c.body(page, 200, shop.headers)

  app.get('/', admit('search'), async (c) => {
    const signal = c.get('signal')
    const [categories, popular] = await Promise.all([
      search.categories(signal),
      search.search(POPULAR, signal),
    ])
    const hits = spread(popular.hits, POPULAR_SHOWN, OF_ONE_CATEGORY)
    keepPage(
      c,
      [treePart(categories), { answer: popular, tags: searchAnswerTags(POPULAR, popular) }],
      TREE_LIFE,
    )
    return send(c, homePage(shop.view, { categories, popular: { ...popular, hits } }))
  })

  app.get('/categories', admit('search'), async (c) => {
    const categories = await search.categories(c.get('signal'))
    keepPage(c, [treePart(categories)], TREE_LIFE)
    return send(c, categoriesPage(shop.view, categories))
  })

  const results = async (c: Context<AppEnv>, path: string | null) => {
    const { query, isTypedPrice } = pageRequest(
      c.req.queries(),
      path,
      shop.view.format.minorPerMajor(shop.currency),
    )
    if (isTypedPrice) return c.redirect(browseUrl(browseOf(query)), 302)
    const found = await resultsOf(search, query, c.get('signal'))
    keepResults(c, query, found)
    return send(c, searchPage(shop.view, pageInput(query, found, shop)))
  }
  app.get('/search', admit('search'), (c) => results(c, null))
  app.get('/c/:path{.+}', admit('search'), (c) => results(c, c.req.param('path')))

  app.get('/item/:id', admit('item'), async (c) => {
    const id = ItemPath.safeParse({ id: c.req.param('id') })
    if (!id.success) throw problemOfIssues(id.error.issues, [])
    const item = await search.item(id.data.id, c.get('signal'))
    if (item === null) throw problem('not-found', { detail: 'This product is not in the shop any more.' })
    const others = await othersOf(search, item, c.get('signal'))
    // Without the others it is a lesser page, as one without a server is, and not kept.
    if (others) {
      keepPage(c, [
        { answer: item, tags: itemAnswerTags(item) },
        { answer: others.answer, tags: searchAnswerTags(others.query, others.answer) },
      ])
    }
    return send(c, itemPage(shop.view, item, others?.hits ?? []))
  })
  return app
}

/** The tree on a page. Any item may change its counts. */
const treePart = (answer: CategoriesAnswer) => ({ answer, tags: [TAG_ALL, TAG_LIST] })

type Results = {
  readonly answer: SearchAnswer
  /** The first page, for the counts that later ones come without. */
  readonly counted: SearchAnswer | null
  readonly category: CategoryAnswer | null
}

/** Everything a result page shows, asked for at once. */
async function resultsOf(search: CatalogSearch, query: SearchQuery, signal: AbortSignal): Promise<Results> {
  const [answer, counted, category] = await Promise.all([
    search.search(query, signal),
    query.page > 1 ? search.search(firstPageOf(query), signal) : null,
    query.category === null ? null : search.category(query.category, signal),
  ])
  return { answer, counted, category }
}

function keepResults(c: Context<AppEnv>, query: SearchQuery, { answer, counted, category }: Results): void {
  const searched = [answer, counted].filter((one) => one !== null)
  const parts = searched.map((one) => ({ answer: one, tags: searchAnswerTags(query, one) }))
  keepPage(c, category ? [...parts, { answer: category, tags: [] }] : parts, {
    kind: answer.total.value === 0 ? 'empty' : 'hit',
    ...(category ? TREE_LIFE : {}),
  })
}

function pageInput(
  query: SearchQuery,
  { answer, counted, category }: Results,
  shop: ShopPages,
): SearchPageInput {
  return {
    browse: browseOf(query),
    answer,
    facets: (counted ?? answer).facets,
    category,
    size: query.size,
    currency: answer.hits[0]?.currency ?? shop.currency,
  }
}

type Others = { readonly query: SearchQuery; readonly answer: SearchAnswer; readonly hits: readonly Hit[] }

/** Popular items of the same category. An extra: null when they are late or search is away, the page goes without. */
async function othersOf(
  search: CatalogSearch,
  item: ItemAnswer,
  signal: AbortSignal,
): Promise<Others | null> {
  const query = { ...POPULAR, category: item.category.path, size: OTHERS + 1 }
  try {
    const answer = await search.search(query, AbortSignal.any([signal, AbortSignal.timeout(OTHERS_MS)]))
    const hits = answer.hits.filter((hit) => hit.item_id !== item.item_id).slice(0, OTHERS)
    return { query, answer, hits }
  } catch {
    signal.throwIfAborted()
    return null
  }
}

const POPULAR: SearchQuery = {
  q: '',
  category: null,
  filters: new Map(),
  price: null,
  sort: 'popular',
  page: 1,
  size: POPULAR_ASKED,
  facets: [],
  cursor: null,
  exact: false,
}

/** Later pages come without counts (search design 7); the filters beside them are those of the first. */
function firstPageOf(query: SearchQuery): SearchQuery {
  return { ...query, page: 1, size: 1 }
}
