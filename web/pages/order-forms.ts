/** The forms of an order: units that are not sent yet are cancelled, units that were sent go back. */
import { type Html, html } from '../html.ts'
import type { ShownOrder, ShownOrderLine } from './shown-order.ts'

const REASON_MAX = 500

export function cancelForm(order: ShownOrder, key: string): Html | null {
  const lines = order.lines.filter((line) => line.cancellable > 0)
  if (lines.length === 0) return null
  return html`<details class="order-form"><summary>Cancel</summary>
<form method="post" action="/orders/${order.order_id}/cancel">
<input type="hidden" name="key" value="${key}">
<p class="small">What has not been sent yet can be taken out. What you paid for it goes back.</p>
${lines.map((line, at) => unitsField(line, { id: `cancel-${at}`, most: line.cancellable, value: line.cancellable }))}
<button class="button" type="submit">Cancel these units</button>
</form>
</details>`
}

export function returnForm(order: ShownOrder, key: string): Html | null {
  const lines = order.lines.filter((line) => line.returnable > 0)
  if (lines.length === 0) return null
  return html`<details class="order-form"><summary>Send back</summary>
<form method="post" action="/orders/${order.order_id}/returns">
<input type="hidden" name="key" value="${key}">
<p class="small">Say how many units you want to send back. The money goes back when they have come.</p>
${lines.map((line, at) => unitsField(line, { id: `return-${at}`, most: line.returnable, value: 0 }))}
<p><label for="reason">Why (as you like)</label><textarea id="reason" name="reason" rows="3" maxlength="${REASON_MAX}"></textarea></p>
<button class="button" type="submit">Ask to send back</button>
</form>
</details>`
}

type Field = { readonly id: string; readonly most: number; readonly value: number }

function unitsField({ sku, item }: ShownOrderLine, { id, most, value }: Field): Html {
  return html`<p class="order-form-line"><label for="${id}">${item.name}</label><input type="hidden" name="sku" value="${sku}"><input type="hidden" name="price" value=""><input id="${id}" name="qty" type="number" min="0" max="${most}" step="1" value="${value}" required inputmode="numeric"></p>`
}
