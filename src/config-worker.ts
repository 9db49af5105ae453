/** Fields of the configuration that the jobs of the worker need; part of `FIELDS` in config.ts, which says their form. */
import { integer } from './config-forms.ts'

export const WORKER_FIELDS = {
  AISLE_UPKEEP_MS: {
    schema: integer(50, 86_400_000),
    about: 'Worker: between two rounds that make days of the outbox and remove what is old, ms',
    example: '600000',
    fallback: '600000',
  },
  AISLE_OUTBOX_KEEP_DAYS: {
    schema: integer(1, 3_650),
    about: 'Worker: how long events stay in the outbox after their day, for streams that lose them',
    example: '7',
    fallback: '7',
  },
} as const
