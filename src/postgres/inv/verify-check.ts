/** What a check of an invariant is. Numbers and words of the invariants: order design, section 12. */

/** Order of the report. */
export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I11'] as const
export type Invariant = (typeof INVARIANTS)[number]

/** One statement; its rows break `invariant`. `what` says in words what such a row is. */
export type Check = { readonly invariant: Invariant; readonly what: string; readonly sql: string }
