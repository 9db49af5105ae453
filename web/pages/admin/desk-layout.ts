/** The frame of every page of administration. */
import { type Html, html } from '../../html.ts'
import type { ShopView } from '../layout.ts'

export type DeskFrame = {
  readonly shop: ShopView
  /** Who is logged in; null: nobody. */
  readonly actor: string | null
}

/** Something to say above the page. */
export type Notice = { readonly isGood: boolean; readonly text: string; readonly more?: readonly string[] }

export function deskPage({ shop, actor }: DeskFrame, title: string, main: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – ${shop.name}, stock and orders</title>
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${shop.assetBase}/icon.svg">
<link rel="stylesheet" href="${shop.assetBase}/shop.css">
<link rel="stylesheet" href="${shop.assetBase}/admin.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="wide top-row">
<a class="shop-name" href="/admin">${shop.name}</a>
${actor === null ? null : navigation(actor)}
</div></header>
<main class="wide" id="main">
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`.text
}

function navigation(actor: string): Html {
  return html`<nav class="desk-nav" aria-label="Administration">
<a href="/admin">Stock</a><a href="/admin/desk/orders">Orders to send</a><a href="/admin/desk/drift">Drift</a>
<form action="/admin/desk/logout" method="post"><button class="button" type="submit">Log ${actor} out</button></form>
</nav>`
}

export function noticeOf(notice: Notice | null): Html | null {
  if (notice === null) return null
  const more = notice.more ?? []
  return html`<div class="notice${notice.isGood ? '' : ' notice-warn'}" role="${notice.isGood ? 'status' : 'alert'}"><p>${notice.text}</p>
${more.length === 0 ? null : html`<ul>${more.map((line) => html`<li>${line}</li>`)}</ul>`}</div>`
}

/** @param caption for those who cannot see where the table stands */
export function tableOf(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | number | Html)[])[],
): Html {
  return html`<div class="table-box" role="region" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`
}

/** Why, and the key that makes a form that is sent twice one change. */
export function becauseFields(key: string): Html {
  return html`<label>Reason<input name="reason" required maxlength="500"></label><input type="hidden" name="key" value="${key}">`
}
