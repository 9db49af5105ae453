/**
 * The closed list of metrics. A metric that is not here does not exist; labels are closed sets, never ids,
 * paths or query texts (an open label grows without bound and takes the scraper down).
 */
import { LAG, LATENCY, type MetricRow } from './metric-row.ts'
import { ORDER_METRICS } from './names-orders.ts'

export const METRICS = {
  ...ORDER_METRICS,
  http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from request to reply',
    labels: ['route', 'method', 'status'],
    buckets: LATENCY,
  },
  http_requests_in_flight: { kind: 'gauge', help: 'Requests being answered', labels: ['class'] },
  http_refused_total: {
    kind: 'counter',
    help: 'Requests refused before work began',
    labels: ['class', 'reason'],
  },
  http_limits_local_total: {
    kind: 'counter',
    help: 'Requests whose limit was counted in memory, because Redis did not answer',
    labels: [],
  },
  load_level: {
    kind: 'gauge',
    help: 'How much is shed: 1 older answers stand in, 2 no suggest, 3 only what is in memory',
    labels: [],
  },
  search_seconds: {
    kind: 'histogram',
    help: 'Time of one search by the step that answered',
    labels: ['step'],
    buckets: LATENCY,
  },
  suggest_seconds: { kind: 'histogram', help: 'Time of one suggest', labels: ['pass'], buckets: LATENCY },
  es_request_seconds: {
    kind: 'histogram',
    help: 'Time of one request to Elasticsearch',
    labels: ['operation'],
    buckets: LATENCY,
  },
  es_breaker_open: {
    kind: 'gauge',
    help: '1 while Elasticsearch is not asked because it did not answer',
    labels: [],
  },
  search_postgres_breaker_open: {
    kind: 'gauge',
    help: '1 while items come from the index because Postgres did not answer',
    labels: [],
  },
  search_degraded_total: {
    kind: 'counter',
    help: 'Answers that had to do without a server',
    labels: ['dependency'],
  },
  cache_requests_total: {
    kind: 'counter',
    help: 'Answers by where they came from',
    labels: ['family', 'result'],
  },
  cache_resets_total: {
    kind: 'counter',
    help: 'Times that everything held was forgotten',
    labels: ['reason'],
  },
  cache_redis_errors_total: { kind: 'counter', help: 'Failed commands of the cache', labels: [] },
  cache_entries: { kind: 'gauge', help: 'Answers in memory', labels: [] },
  cache_bytes: { kind: 'gauge', help: 'Estimated size of the answers in memory', labels: [] },
  cache_lease_age_seconds: {
    kind: 'gauge',
    help: 'How long ago everything visible was known to be invalidated; above 1.5 the cache is in short mode',
    labels: [],
  },
  cache_mode: {
    kind: 'gauge',
    help: '1 while both tiers are believed, 0 in short mode: answers live one second in memory',
    labels: [],
  },
  cache_load_seconds: {
    kind: 'histogram',
    help: 'Time of one load of what no tier had',
    labels: ['family'],
    buckets: LATENCY,
  },
  cache_flights: { kind: 'gauge', help: 'Loads under way', labels: [] },
  cache_admission_refused_total: {
    kind: 'counter',
    help: 'Answers kept out of memory because they were asked for the first time',
    labels: [],
  },
  cache_xfetch_total: {
    kind: 'counter',
    help: 'Answers loaded again shortly before their end',
    labels: [],
  },
  cache_l2_seconds: {
    kind: 'histogram',
    help: 'Time of one read of the second tier',
    labels: [],
    buckets: LATENCY,
  },
  cache_l2_breaker_open: {
    kind: 'gauge',
    help: '1 while the second tier is not asked because it did not answer',
    labels: [],
  },
  cache_log_lag_records: {
    kind: 'gauge',
    help: 'Invalidation records that this process had not consumed when it last looked',
    labels: [],
  },
  cache_audit_checked_total: {
    kind: 'counter',
    help: 'Answers in memory compared with what would be answered now; unknown: nothing follows from it',
    labels: ['verdict'],
  },
  cache_audit_mismatch_total: {
    kind: 'counter',
    help: 'Those that differed although nothing had invalidated them within the bound; any is a fault',
    labels: [],
  },
  cache_audit_stale_seconds: {
    kind: 'histogram',
    help: 'How long such an answer was known to be wrong',
    labels: [],
    buckets: LAG,
  },
  search_zero_results_total: { kind: 'counter', help: 'Searches that found nothing', labels: [] },
  index_lag_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest committed change that search does not show',
    labels: [],
  },
  suggestions_built_total: { kind: 'counter', help: 'Rebuilds of the suggestion index', labels: ['outcome'] },
  suggestions_documents: { kind: 'gauge', help: 'Suggestions in the index', labels: [] },
  indexer_changes_total: { kind: 'counter', help: 'Row changes received', labels: ['table'] },
  indexer_commit_to_received_seconds: {
    kind: 'histogram',
    help: 'From commit to the stream reader',
    labels: [],
    buckets: LAG,
  },
  indexer_received_to_read_seconds: {
    kind: 'histogram',
    help: 'From the stream reader to a checked re-read',
    labels: [],
    buckets: LAG,
  },
  indexer_read_to_indexed_seconds: {
    kind: 'histogram',
    help: 'From re-read to durable in Elasticsearch',
    labels: [],
    buckets: LAG,
  },
  indexer_commit_to_visible_seconds: {
    kind: 'histogram',
    help: 'From commit to searchable',
    labels: [],
    buckets: LAG,
  },
  indexer_visibility_retries_total: {
    kind: 'counter',
    help: 'Re-reads repeated because a commit was not visible yet',
    labels: [],
  },
  indexer_bulk_seconds: { kind: 'histogram', help: 'Time of one bulk request', labels: [], buckets: LATENCY },
  indexer_bulk_items_total: {
    kind: 'counter',
    help: 'Bulk operations by class of answer',
    labels: ['class'],
  },
  indexer_open_bulks: { kind: 'gauge', help: 'Bulk requests under way', labels: [] },
  indexer_waiting_ids: { kind: 'gauge', help: 'Ids received and not yet durable', labels: [] },
  indexer_publish_queue: {
    kind: 'gauge',
    help: 'Invalidation records that Redis does not have yet',
    labels: [],
  },
  indexer_publish_errors_total: {
    kind: 'counter',
    help: 'Failed attempts to append to the invalidation log',
    labels: [],
  },
  indexer_slot_retained_bytes: { kind: 'gauge', help: 'WAL that the slot keeps', labels: [] },
  indexer_sink_position_lag_bytes: {
    kind: 'gauge',
    help: 'WAL between the server and the sink',
    labels: ['sink'],
  },
  indexer_fanout_backlog: { kind: 'gauge', help: 'Ids that fan-out jobs still have to walk', labels: [] },
  indexer_reindex_progress: { kind: 'gauge', help: 'Share of a load that is done, 0..1', labels: [] },
  events_published_total: { kind: 'counter', help: 'Events written to their streams', labels: ['topic'] },
  events_resent_total: {
    kind: 'counter',
    help: 'Events sent again because a stream had lost them or never got them',
    labels: ['topic'],
  },
  events_relay_seconds: {
    kind: 'histogram',
    help: 'From the commit of an event to its stream',
    labels: [],
    buckets: LAG,
  },
  events_relay_queue: { kind: 'gauge', help: 'Events received and not in their streams yet', labels: [] },
  events_handled_total: {
    kind: 'counter',
    help: 'Events by what became of them: done, skipped, failed (tried again), dead',
    labels: ['consumer', 'outcome'],
  },
  events_lag: { kind: 'gauge', help: 'Events that nobody of the group has got yet', labels: ['consumer'] },
  events_pending: { kind: 'gauge', help: 'Events delivered and not answered for', labels: ['consumer'] },
  dead_letters: { kind: 'gauge', help: 'Events given up that wait for a person', labels: ['topic'] },
  sse_clients: { kind: 'gauge', help: 'Open event streams of browsers', labels: [] },
  sse_push_seconds: {
    kind: 'histogram',
    help: 'From the receipt of a change to its writing to every stream, the window of gathering included',
    labels: [],
    buckets: LATENCY,
  },
  sse_closed_total: {
    kind: 'counter',
    help: 'Streams ended by us: slow (did not take what it was sent), drain',
    labels: ['reason'],
  },
  outbox_days_ahead: {
    kind: 'gauge',
    help: 'Days after today that have a partition of the outbox, without a gap; below 2 the worker needs a look',
    labels: [],
  },
  outbox_days_kept: {
    kind: 'gauge',
    help: 'Days before today whose events are still there; more than are to be kept: the relay has not passed them',
    labels: [],
  },
  events_debt: { kind: 'gauge', help: 'Debts: ranges of the outbox that have to be sent again', labels: [] },
} as const satisfies Record<string, MetricRow>

export type MetricName = keyof typeof METRICS
