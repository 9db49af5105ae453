/** The client's own types of a query; theirs admit `undefined`, which is no query. */
import type { estypes } from '@elastic/elasticsearch'

/** One query of the search language, as data. */
export type Clause = NonNullable<estypes.QueryDslQueryContainer>
