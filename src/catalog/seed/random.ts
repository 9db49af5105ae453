/**
 * Random numbers that are the same on every machine for one seed. Source: sfc32, Chris Doty-Humphrey, PractRand;
 * seeds are mixed by the finalizer of MurmurHash3 (Austin Appleby).
 */

/** Draws of one stream. */
export type Random = {
  /** 0 <= x < 1 */
  unit(): number
  /** Integer, both ends included. */
  integer(from: number, to: number): number
  /** @throws RangeError for an empty list */
  pick<T>(values: readonly T[]): T
  /** `count` different values, in the order of the list. */
  pickSome<T>(values: readonly T[], count: number): T[]
  /** True in that share of cases. */
  chance(share: number): boolean
}

/**
 * The stream of a seed and a number: streams of neighbouring numbers have nothing in common.
 * @param seed integer
 * @param stream integer
 */
export function randomOf(seed: number, stream: number): Random {
  let a = mix(seed)
  let b = mix(stream ^ 0x9e3779b9)
  let c = mix(a ^ b)
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next() // the first draws still show the seed
  return {
    unit: next,
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick(values) {
      const value = values[Math.floor(next() * values.length)]
      if (value === undefined) throw new RangeError('a pick needs a value to pick from')
      return value
    },
    pickSome(values, count) {
      const left = values.map((value, i) => ({ value, i, key: next() }))
      const chosen = left.sort((x, y) => x.key - y.key).slice(0, count)
      return chosen.sort((x, y) => x.i - y.i).map(({ value }) => value)
    },
    chance: (share) => next() < share,
  }
}

function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
