// `npm run soak`: the long forms of the fault tests.
import { launch } from './launch.mjs'

await launch('stack/test-run.ts', ['--soak', ...process.argv.slice(2)])
