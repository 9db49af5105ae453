/** What one batch of writes invalidates in the cache. */

export type Mark = {
  /** Number of the batch at the log writer. */
  readonly sent: number
  readonly ids: readonly string[]
  /** `all`: too much to name. */
  readonly tags: { readonly expire: ReadonlySet<string>; readonly remove: ReadonlySet<string> } | 'all'
}
