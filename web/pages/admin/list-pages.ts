/** Orders to send, and what reconcile has found. */
import { type Html, html } from '../../html.ts'
import { becauseFields, type DeskFrame, deskPage, type Notice, noticeOf, tableOf } from './desk-layout.ts'

export type ShownOrder = {
  readonly order_id: string
  readonly state: string
  readonly created_at: string
  /** Units that are still to be sent. */
  readonly open: readonly { readonly sku: string; readonly loc: number; readonly qty: number }[]
  /** Fresh. */
  readonly key: string
}

export function ordersPage(frame: DeskFrame, orders: readonly ShownOrder[], notice: Notice | null): string {
  const rows = orders.map((order) => [
    order.order_id,
    `${order.state}, ${order.created_at.slice(0, 16).replace('T', ' ')}`,
    html`<ul>${order.open.map(({ sku, loc, qty }) => html`<li>${qty} x ${sku} from ${loc}</li>`)}</ul>`,
    shipForm(order),
  ])
  const list = tableOf('Orders to send', ['Order', 'State, since (UTC)', 'To send', 'Send all of it'], rows)
  const main = html`${noticeOf(notice)}${orders.length === 0 ? html`<p>Nothing waits to be sent.</p>` : list}`
  return deskPage(frame, 'Orders to send', main)
}

function shipForm({ order_id, key }: ShownOrder): Html {
  return html`<form class="desk-form" action="/admin/desk/ship" method="post"><input type="hidden" name="id" value="${order_id}">
<label>Carrier<input name="carrier" maxlength="100"></label><label>Tracking<input name="tracking" maxlength="200"></label>${becauseFields(key)}
<button class="button button-main" type="submit">Sent</button></form>`
}

export type ShownFinding = {
  readonly at: string
  readonly sku: string
  readonly before: number
  readonly expected: number
  readonly drift: number
  readonly cause: string
  readonly fixed: boolean
}

export function driftPage(frame: DeskFrame, findings: readonly ShownFinding[]): string {
  const rows = findings.map(({ at, sku, before, expected, drift, cause, fixed }) => [
    ...[at.slice(0, 19).replace('T', ' '), sku, before, expected],
    ...[drift > 0 ? `+${drift}` : drift, cause, fixed ? 'set right' : 'left'],
  ])
  const head = ['At (UTC)', 'SKU', 'In Redis', 'Expected', 'Drift', 'Cause', 'Then']
  const main = html`<p>Counts in Redis that were not what Postgres has, as found by the worker and by <code>bin/aisle orders reconcile --fix</code>.</p>
${findings.length === 0 ? html`<p>None was found.</p>` : tableOf('Drift', head, rows)}`
  return deskPage(frame, 'Drift', main)
}

export function deskProblemPage(frame: DeskFrame, title: string, detail: string): string {
  return deskPage(
    frame,
    title,
    html`<p>${detail}</p><p><a class="button" href="/admin">Back to the stock</a></p>`,
  )
}
