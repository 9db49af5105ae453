/** Places that keep stock: added, renamed, opened and closed to shoppers. */
import { orUnavailable } from '../orders/unavailable.ts'
import { type LocationRow, putLocation, readLocations, setSellable } from '../postgres/inv/locations.ts'
import { type Acting, act, type Change } from './acting.ts'
import type { DeskParts } from './desk-parts.ts'

/** `skus`: whose availability may have changed; the worker tells the gate within a second. */
export type PlacePut = LocationRow & { readonly skus: number }

export type PlaceDesk = {
  /** By rank, then number. */
  list(): Promise<readonly LocationRow[]>
  put(acting: Acting, place: LocationRow): Promise<Change<PlacePut>>
}

export function createPlaceDesk({ pool }: DeskParts): PlaceDesk {
  return {
    list: () => orUnavailable(() => readLocations(pool)),
    put: (acting, place) =>
      act<PlacePut>(
        pool,
        acting,
        { what: 'location.put', target: String(place.loc), request: place },
        async (tx) => {
          await putLocation(tx, place)
          return { answer: { ...place, skus: await setSellable(tx, place, acting) } }
        },
      ),
  }
}
