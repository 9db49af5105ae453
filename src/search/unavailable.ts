/**
 * The server that search cannot do without did not answer in time, is overloaded or has no index yet. http
 * answers 503; the request may be tried again.
 */
export class SearchUnavailable extends Error {
  /** Which server. */
  readonly server = 'elasticsearch'
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SearchUnavailable'
  }
}
