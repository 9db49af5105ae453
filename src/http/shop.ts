/** What every page of one shop shares: its name, how it writes numbers, where its files lie. */
import { createFormat } from '../../web/pages/format.ts'
import type { ShopView } from '../../web/pages/layout.ts'
import type { Assets } from './assets.ts'
import { pageHeaders } from './security-headers.ts'

/** From the configuration. */
export type Shop = {
  readonly name: string
  /** BCP 47, such as `en-GB`. */
  readonly locale: string
  /** ISO 4217; for prices that stand beside no item. */
  readonly currency: string
  /** Hosts that images may come from. */
  readonly imageSources: readonly string[]
}

export type ShopPages = {
  readonly view: ShopView
  readonly currency: string
  /** Headers of every page. */
  readonly headers: Readonly<Record<string, string>>
}

export function shopOf(shop: Shop, assets: Assets): ShopPages {
  return {
    currency: shop.currency,
    view: { name: shop.name, format: createFormat(shop.locale), assetBase: `/assets/${assets.version}` },
    headers: {
      ...pageHeaders(shop.imageSources),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
  }
}
