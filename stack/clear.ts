/** Ends what a killed stack or demo of this checkout left running. Run by the launcher whose child was killed. */
import { clearRemains } from './remains.ts'
import { stateFolder } from './state.ts'
import { say } from './wait.ts'

await clearRemains(stateFolder(process.env), say)
