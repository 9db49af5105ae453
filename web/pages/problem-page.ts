/** Pages for what went wrong, and the pages that explain each kind of problem to a programmer. */
import { html } from '../html.ts'
import { layout, type ShopView } from './layout.ts'
import { browseUrl, NOTHING_CHOSEN } from './links.ts'

export type ShownProblem = {
  readonly status: number
  readonly title: string
  readonly detail: string | null
  readonly requestId: string
}

export function problemPage(shop: ShopView, problem: ShownProblem): string {
  const isOurs = problem.status >= 500
  const main = html`<section class="problem">
<h1>${isOurs ? 'This did not work' : problem.title}</h1>
<p>${isOurs ? 'The shop cannot answer at the moment. Please try again in a few seconds.' : problem.detail}</p>
<p><a class="button" href="/">Go to the first page</a> <a class="button" href="${browseUrl(NOTHING_CHOSEN)}">See all products</a></p>
<p class="small">Error ${problem.status}, request ${problem.requestId}</p>
</section>`
  return layout(shop, { title: problem.title, query: '', scope: null, main, isIndexed: false })
}

export type ProblemType = {
  readonly name: string
  readonly status: number
  readonly title: string
  readonly retry: boolean
  readonly explanation: string
}

export function problemTypePage(shop: ShopView, type: ProblemType): string {
  const main = html`<section class="problem">
<h1>${type.title}</h1>
<p>${type.explanation}</p>
<dl class="facts">
<div><dt>Problem</dt><dd><code>/problems/${type.name}</code></dd></div>
<div><dt>Status</dt><dd>${type.status}</dd></div>
<div><dt>The same request may succeed later</dt><dd>${type.retry ? 'Yes' : 'No'}</dd></div>
</dl>
</section>`
  return layout(shop, { title: type.title, query: '', scope: null, main, isIndexed: false })
}
