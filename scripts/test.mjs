// `npm test`: types, lint and every test, with the servers they need.
import { launch } from './launch.mjs'

await launch('stack/test-run.ts')
