/** Stock of one SKU: shelves, the last changes, and what can be done to it. */
import { type Html, html } from '../../html.ts'
import { becauseFields, type DeskFrame, deskPage, type Notice, noticeOf, tableOf } from './desk-layout.ts'

export type ShownStock = {
  readonly sku: string
  readonly available: number
  readonly ver: number
  readonly shelves: readonly {
    readonly loc: number
    readonly on_hand: number
    readonly held: number
    readonly committed: number
    readonly safety: number
  }[]
}

export type ShownChange = {
  readonly ver: number
  readonly at: string
  readonly loc: number
  readonly kind: string
  readonly d_on_hand: number
  readonly d_held: number
  readonly d_committed: number
  readonly d_safety: number
  readonly actor: string | null
  readonly ref: string | null
}

/** `asked` '' : none yet. `keys`: fresh, one for each form. */
export type StockPageInput = {
  readonly asked: string
  readonly stock: ShownStock | null
  readonly changes: readonly ShownChange[]
  readonly keys: readonly [string, string, string]
  readonly notice: Notice | null
}

export function stockPage(frame: DeskFrame, input: StockPageInput): string {
  const { asked, stock, notice } = input
  const main = html`${noticeOf(notice)}
<form action="/admin" method="get"><label for="sku">SKU</label>
<input id="sku" name="sku" value="${asked}" required maxlength="200"> <button class="button" type="submit">Show</button></form>
${
  asked === ''
    ? null
    : html`${stock === null ? html`<p>No stock is kept of <strong>${asked}</strong> yet. A delivery begins it.</p>` : stockOf(stock, input.changes)}
${forms(asked, input.keys)}`
}`
  return deskPage(frame, asked === '' ? 'Stock' : `Stock of ${asked}`, main)
}

function stockOf({ available, ver, shelves }: ShownStock, changes: readonly ShownChange[]): Html {
  const rows = shelves.map(({ loc, on_hand, held, committed, safety }) => [
    loc,
    on_hand,
    held,
    committed,
    safety,
  ])
  return html`<p><strong>${available}</strong> available to shoppers (version ${ver})</p>
${tableOf('Shelves', ['Location', 'On hand', 'Held', 'Committed', 'Safety'], rows)}
<h2>Last changes</h2>
${tableOf('Last changes', ['Version', 'At (UTC)', 'Location', 'Kind', 'Change', 'Who', 'For'], changes.map(cellsOf))}`
}

function cellsOf(row: ShownChange): (string | number)[] {
  const changes = [
    ['on hand', row.d_on_hand],
    ['held', row.d_held],
    ['committed', row.d_committed],
    ['safety', row.d_safety],
  ] as const
  const said = changes
    .filter(([, units]) => units !== 0)
    .map(([of, units]) => `${of} ${units > 0 ? '+' : ''}${units}`)
  const at = row.at.slice(0, 19).replace('T', ' ')
  return [row.ver, at, row.loc, row.kind, said.join(', '), row.actor ?? 'the shop', row.ref ?? '']
}

function forms(sku: string, [receive, adjust, transfer]: StockPageInput['keys']): Html {
  const hidden = html`<input type="hidden" name="sku" value="${sku}">`
  const loc = html`<label>Location<input name="loc" type="number" min="0" value="1" required></label>`
  return html`<h2>Change it</h2><div class="desk-forms">
<form class="desk-form" action="/admin/desk/stock" method="post"><h2>Receive</h2>${hidden}${loc}
<label>Units that arrive<input name="receive" type="number" min="1" required></label>${becauseFields(receive)}
<button class="button button-main" type="submit">Receive</button></form>
<form class="desk-form" action="/admin/desk/stock" method="post"><h2>Correct the count</h2>${hidden}${loc}
<label>Units more, or fewer with a minus<input name="d_on_hand" type="number" required></label>
<label class="check"><input name="release_holds" type="checkbox" value="1"> Holds that nobody pays for may give way</label>${becauseFields(adjust)}
<button class="button button-main" type="submit">Correct</button></form>
<form class="desk-form" action="/admin/desk/transfer" method="post"><h2>Move</h2>${hidden}
<label>From location<input name="from" type="number" min="0" required></label>
<label>To location<input name="to" type="number" min="0" required></label>
<label>Units<input name="qty" type="number" min="1" required></label>${becauseFields(transfer)}
<button class="button button-main" type="submit">Move</button></form></div>`
}
