/** Administration of stock and orders over connections of its own, so that it cannot make a customer wait. */
import { createOwnOrders } from '../orders/own-orders.ts'
import type { DeskParts } from './desk-parts.ts'
import { createHoldDesk, type HoldDesk } from './hold-desk.ts'
import { createOrderDesk, type OrderDesk } from './order-desk.ts'
import { createPlaceDesk, type PlaceDesk } from './place-desk.ts'
import { createReports, type Reports } from './reports.ts'
import { createReturnDesk, type ReturnDesk } from './return-desk.ts'
import { createStockDesk, type StockDesk } from './stock-desk.ts'

export type Administration = {
  readonly stock: StockDesk
  readonly places: PlaceDesk
  readonly holds: HoldDesk
  readonly orders: OrderDesk
  readonly returns: ReturnDesk
  readonly reports: Reports
}

export function createAdministration(parts: DeskParts): Administration {
  return {
    stock: createStockDesk(parts),
    places: createPlaceDesk(parts),
    holds: createHoldDesk(parts),
    orders: createOrderDesk({ ...parts, own: createOwnOrders(parts.pool) }),
    returns: createReturnDesk(parts),
    reports: createReports(parts),
  }
}
