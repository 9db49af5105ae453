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

const NO_DETAIL = 'The address may be mistyped, or what was here has been taken away.'

/** A fault of ours is tried again; a page that is not there is left for another. An empty `href` is this URL. */
export function problemPage(shop: ShopView, problem: ShownProblem): string {
  const isOurs = problem.status >= 500 || problem.status === 429
  const detail = isOurs
    ? 'The shop cannot answer at the moment. It usually can again within a few seconds.'
    : (problem.detail ?? NO_DETAIL)
  const main = html`<section class="problem">
<p class="problem-status" aria-hidden="true">${problem.status}</p>
<h1>${headingOf(problem, isOurs)}</h1>
<p>${detail}</p>
<p class="problem-ways">${isOurs ? html`<a class="button button-main" href="">Try again</a>` : null}
<a class="button" href="/">Go to the first page</a>
<a class="button" href="/categories">Categories</a>
<a class="button" href="${browseUrl(NOTHING_CHOSEN)}">See all products</a></p>
<p class="small">If you write to us about it: error ${problem.status}, request ${problem.requestId}</p>
</section>`
  return layout(shop, { title: problem.title, query: '', scope: null, main, isIndexed: false })
}

function headingOf({ status, title }: ShownProblem, isOurs: boolean): string {
  if (isOurs) return 'This did not work'
  return status === 404 ? 'This page is not here' : title
}

export type ProblemType = {
  readonly name: string
  readonly status: number
  readonly title: string
  readonly retry: boolean
  readonly explanation: string
}

export function problemTypePage(shop: ShopView, type: ProblemType): string {
  const main = html`<section class="problem-type">
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
