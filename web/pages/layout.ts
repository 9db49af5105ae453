/** The frame of every page: head, search box, breadcrumbs, footer. */
import type { CategoryRef } from '../../src/catalog/answers.ts'
import { type Html, html, type Part } from '../html.ts'
import type { Format } from './format.ts'
import { categoryUrl } from './links.ts'

/** What all pages of a shop share. */
export type ShopView = {
  readonly name: string
  readonly format: Format
  /** Where the files of the pages lie, without a slash at the end. */
  readonly assetBase: string
}

export type PageParts = {
  readonly title: string
  /** Text in the search box. */
  readonly query: string
  /** Category that the search box may stay in. */
  readonly scope: CategoryRef | null
  readonly main: Html
  /** Result pages are endless in number; only plain ones are for search engines. */
  readonly isIndexed: boolean
  /** Of a page about carts, holds and orders, which is made for one person and kept nowhere. */
  readonly ordering?: OrderingParts
}

export type OrderingParts = {
  /** Units in the cart; null: not known here, the script shows what it knows. */
  readonly units: number | null
  /** Without script the page asks again after so many seconds; null: it does not. */
  readonly againAfterS: number | null
  /** Leads on to this page at once, of the payment provider; null: it stays. */
  readonly onTo: string | null
}

export function layout(shop: ShopView, page: PageParts): string {
  const { assetBase } = shop
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title === '' ? shop.name : `${page.title} – ${shop.name}`}</title>
${page.isIndexed ? null : html`<meta name="robots" content="noindex">`}
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${assetBase}/icon.svg">
<link rel="stylesheet" href="${assetBase}/shop.css">
${page.ordering ? orderingHead(page.ordering, assetBase) : null}<script type="module" src="${assetBase}/browser/main.js"></script>
</head>
<body data-locale="${shop.format.locale}">
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<div class="wide top-row">
<a class="shop-name" href="/">${shop.name}</a>
${searchBox(page)}
<nav class="top-links" aria-label="Shop"><a href="/categories">Categories</a>${cartLink(page.ordering?.units ?? null)}</nav>
</div>
<div class="progress" id="progress" hidden></div>
</header>
<main class="wide" id="main">
${page.main}
</main>
<footer class="bottom"><div class="wide">${shop.name} · <a href="/orders">Your orders</a> · <a href="/openapi.json">API</a></div></footer>
</body>
</html>
`.text
}

function orderingHead({ againAfterS, onTo }: OrderingParts, assetBase: string): Html {
  return html`<link rel="stylesheet" href="${assetBase}/ordering.css">
<script type="module" src="${assetBase}/browser/ordering.js"></script>
${againAfterS === null ? null : html`<noscript><meta http-equiv="refresh" content="${againAfterS}"></noscript>`}
${onTo === null ? null : html`<meta http-equiv="refresh" content="${atOnceTo(onTo)}">`}`
}

/** Value of a refresh that waits for nothing: the browser forgets the page that it comes from. */
function atOnceTo(url: string): string {
  return `0; url=${url}`
}

/** The number stands in the corner of the basket, where it moves nothing when the script fills it in. */
function cartLink(units: number | null): Html {
  return html`<a class="cart-link" href="/cart"><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M2 7h16l-2 10H4z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/><path d="M6 9l3-6M14 9l-3-6" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg>Cart <span class="cart-units" id="cart-units"${units === null ? null : html` data-known`}${units ? null : html` hidden`}>${units}</span></a>`
}

/** A plain GET form; the script makes the input a combobox. */
function searchBox({ query, scope }: PageParts): Html {
  return html`<form class="search" role="search" action="/search" method="get">
<label class="unseen" for="q">Search the shop</label>
${scope === null ? null : scopeChoice(scope)}
<div class="search-field">
<input id="q" name="q" type="search" value="${query}" maxlength="200" placeholder="Search products, brands, part numbers" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="search">
<ul class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions" hidden></ul>
</div>
<button class="search-go" type="submit"><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M13 13l4.5 4.5" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg><span>Search</span></button>
<span class="unseen" id="suggestions-said" role="status" aria-live="polite"></span>
</form>`
}

function scopeChoice(scope: CategoryRef): Html {
  return html`<label class="unseen" for="scope">Where to search</label>
<select class="search-scope" id="scope" name="category"><option value="${scope.path}" selected>${scope.name}</option><option value="">Everywhere</option></select>`
}

/** @param last what the page itself is; null: the category is the page */
export function breadcrumbs(category: CategoryRef, last: Part): Html {
  const slugs = category.path.split('/')
  const steps = category.names.map((name, i) => ({ name, path: slugs.slice(0, i + 1).join('/') }))
  return html`<nav class="crumbs" aria-label="Where this is"><ol>
<li><a href="/">Home</a></li>
${steps.map(({ name, path }, i) =>
  last === null && i === steps.length - 1
    ? html`<li aria-current="page">${name}</li>`
    : html`<li><a href="${categoryUrl(path)}">${name}</a></li>`,
)}
${last === null ? null : html`<li aria-current="page">${last}</li>`}
</ol></nav>`
}
