// `npm run bench`: the figures of this project, each measured beside its floor in one run.
import { launch } from './launch.mjs'

await launch('bench/bench.ts')
