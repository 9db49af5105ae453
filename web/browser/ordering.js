/** What pages of carts, holds and orders do beyond their HTML. */
import { startCountdown } from './countdown.js'
import { showLocalTimes } from './local-times.js'
import { startRenewing } from './renew.js'
import { startStaying } from './stay.js'

const start = () => {
  showLocalTimes()
  startCountdown()
  startRenewing(start)
}
startStaying(start)
start()
