/** Replies that are kept, put together: the cache before the app, how it is warmed at a start, and its auditor. */
import type { AnswerCache, AuditOptions } from '../cache/answer-cache.ts'
import type { Generations } from '../search/create-search.ts'
import type { Generation } from './kept.ts'
import { keptOf, urlOfKey } from './kept.ts'
import { createLoadReply, type LoadParts } from './load-reply.ts'
import { createReplyCache, type ReplyCache, type ReplyCacheOptions } from './reply-cache.ts'
import { repliesDiffer } from './reply-difference.ts'
import { type WarmedUp, warmUp } from './warm-up.ts'

export type KeptRepliesOptions = LoadParts &
  Pick<ReplyCacheOptions, 'watch' | 'shedding' | 'limits' | 'isDraining'> & {
    readonly answers: AnswerCache
    readonly generations: Generations
    /** Of the files that pages name. */
    readonly assetVersion: string
    readonly newRequestId: () => string
  }

export type KeptReplies = ReplyCache & {
  /** Fetch what is asked most into memory. Never fails. */
  warmUp(stop: AbortSignal): Promise<WarmedUp>
  /** Compare what is held with what would be answered now, until `stop` aborts; never while this process is loaded. */
  audit(options: Pick<AuditOptions, 'committed' | 'everyMs' | 'onMismatch'>, stop: AbortSignal): Promise<void>
}

export function createKeptReplies(options: KeptRepliesOptions): KeptReplies {
  const { answers, generations, assetVersion, newRequestId } = options
  const generation: Generation = (family, form) => {
    const index = family === 'suggest' ? generations.suggestions() : generations.items()
    return index !== null && form === 'page' ? `${index}+${assetVersion}` : index
  }
  const { cache, syncPoint, hot } = answers
  const load = createLoadReply(options)
  return {
    ...createReplyCache({ ...options, cache, syncPoint, hot, load, generation }),
    warmUp: (stop) =>
      warmUp(
        {
          ...{ cache, load, generation, newRequestId },
          readHot: () => answers.readHot(),
          isFresh: () => answers.isFresh(),
        },
        stop,
      ),
    audit: (how, stop) =>
      answers.audit(
        {
          ...how,
          reload(key, signal) {
            const kept = keptOf(urlOfKey(key), generation)
            // Another index answers now: what it says is no measure for the old one.
            if (kept?.key !== key) throw new Error('this key is not asked any more')
            return load({ ...kept, id: newRequestId() }, signal)
          },
          differs: (entry, fresh) => repliesDiffer(entry.body.toString(), fresh.body),
          isBusy: () => options.shedding.level() > 0,
        },
        stop,
      ),
  }
}
