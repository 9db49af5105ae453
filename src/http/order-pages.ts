/** Orders as their pages show them: names and pictures beside the skus, units of all locations together. */

import type { ListedOrder } from '../../web/pages/orders-page.ts'
import type { ShownOrder, ShownOrderLine } from '../../web/pages/shown-order.ts'
import type { ShownItem } from '../catalog/cart.ts'
import type { OwnCart } from '../orders/own-cart.ts'
import type { OrderSummary, OrderView } from '../orders/own-orders.ts'

type Items = ReadonlyMap<string, ShownItem>

export async function shownOrder(cart: OwnCart, order: OrderView): Promise<ShownOrder> {
  const items = await cart.itemsOf(skusOf([order]))
  const coming = new Map<string, number>() // units that are on their way back, or have come
  for (const { state, lines } of order.returns) {
    if (state === 'REJECTED') continue
    for (const { sku, qty } of lines) coming.set(sku, qty + (coming.get(sku) ?? 0))
  }
  const isOpen = order.state === 'ALLOCATED' || order.state === 'PARTIALLY_SHIPPED'
  const lines = linesBySku(order, items).map((line) => ({
    ...line,
    cancellable: isOpen ? line.qty - line.cancelled - line.shipped : 0,
    returnable: line.shipped - (coming.get(line.sku) ?? 0),
  }))
  return { ...order, lines }
}

export async function listedOrders(cart: OwnCart, orders: readonly OrderSummary[]): Promise<ListedOrder[]> {
  const items = await cart.itemsOf(skusOf(orders))
  return orders.flatMap((order): ListedOrder[] => {
    const lines = linesBySku(order, items)
    const [first] = lines
    if (!first) return [] // an order without lines cannot be made
    const units = lines.reduce((sum, line) => sum + line.qty, 0)
    return [{ ...order, units, item: first.item, others: lines.length - 1 }]
  })
}

function skusOf(orders: readonly OrderSummary[]): string[] {
  return [...new Set(orders.flatMap((order) => order.lines.map((line) => line.sku)))]
}

function linesBySku(
  { lines }: OrderSummary,
  items: Items,
): Omit<ShownOrderLine, 'cancellable' | 'returnable'>[] {
  const shown = new Map<string, Omit<ShownOrderLine, 'cancellable' | 'returnable'>>()
  for (const { sku, qty, unit_price_minor, cancelled, shipped, returned } of lines) {
    const item = items.get(sku)
    if (!item) continue // itemsOf knows every sku that it is asked for
    const before = shown.get(sku) ?? { qty: 0, cancelled: 0, shipped: 0, returned: 0 }
    shown.set(sku, {
      ...{ sku, item, unit_price_minor, qty: before.qty + qty, cancelled: before.cancelled + cancelled },
      ...{ shipped: before.shipped + shipped, returned: before.returned + returned },
    })
  }
  return [...shown.values()]
}
