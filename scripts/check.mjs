// `npm run check`: types, lint and unit tests, without servers.
import { launch } from './launch.mjs'

await launch('stack/test-run.ts', ['--quick', ...process.argv.slice(2)])
