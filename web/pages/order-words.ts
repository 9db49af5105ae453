/** What an order is called in each of its states, and what that means for its customer. */

export type ShownOrderState =
  | 'PENDING_PAYMENT'
  | 'PAID'
  | 'ALLOCATED'
  | 'PARTIALLY_SHIPPED'
  | 'SHIPPED'
  | 'DELIVERED'
  | 'CANCELLED'
  | 'PAID_UNFULFILLED'
  | 'REFUNDED'
  | 'RETURNED'

export type ShownPaymentState = 'CREATED' | 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'CANCELLED' | 'UNKNOWN'

export type OrderWords = {
  readonly heading: string
  readonly explanation: string
  /** It changes without the customer. */
  readonly isMoving: boolean
}

const words = (heading: string, explanation: string, isMoving = false): OrderWords => ({
  heading,
  explanation,
  isMoving,
})

const WORDS: Readonly<Record<Exclude<ShownOrderState, 'PENDING_PAYMENT' | 'CANCELLED'>, OrderWords>> = {
  PAID: words('Paid', 'Thank you. The last units are being set aside for you.', true),
  ALLOCATED: words('Thank you: this is paid', 'The units are yours. They are packed next.'),
  PARTIALLY_SHIPPED: words('A part is on its way', 'The rest follows.'),
  SHIPPED: words('On its way', 'Everything has been sent.'),
  DELIVERED: words('Delivered', 'Everything has arrived.'),
  PAID_UNFULFILLED: words(
    'Paid too late',
    'The payment came after the time of the hold was over, and the units were gone. Your money goes back by itself; there is nothing to do for you.',
    true,
  ),
  REFUNDED: words('Refunded', 'The payment came too late for these units. All of the money has gone back.'),
  RETURNED: words('Returned', 'Everything has come back.'),
}

const OPEN: Readonly<Record<ShownPaymentState, OrderWords>> = {
  CREATED: words(
    'Waiting for the payment',
    'We are asking the payment provider. The units stay yours meanwhile.',
    true,
  ),
  PENDING: words('Waiting for the payment', 'The units stay yours while the payment is under way.', true),
  SUCCEEDED: words('Paid', 'The payment has come. Your order is being made.', true),
  DECLINED: words('The payment was declined', 'No money was taken.'),
  CANCELLED: words('Not paid', 'The payment was given up. No money was taken.'),
  UNKNOWN: words(
    'Waiting for the payment',
    'The payment provider does not answer at the moment. Please do not pay a second time: we go on asking, and the units stay yours.',
    true,
  ),
}

/** @param payment state of the last one; null: there was none */
export function orderWords(
  state: ShownOrderState,
  payment: ShownPaymentState | null,
  paidMinor: number,
): OrderWords {
  if (state === 'PENDING_PAYMENT') return OPEN[payment ?? 'CREATED']
  if (state !== 'CANCELLED') return WORDS[state]
  return paidMinor > 0
    ? words('Cancelled', 'Nothing of this order will be sent. What you paid goes back.')
    : words(
        'Not paid',
        'The payment did not come in time. No money was taken, and the units went back to the shelf.',
      )
}

/** In a list, in two or three words. */
export const ORDER_STATE_WORDS: Readonly<Record<ShownOrderState, string>> = {
  PENDING_PAYMENT: 'Waiting for the payment',
  PAID: 'Paid',
  ALLOCATED: 'Paid, being packed',
  PARTIALLY_SHIPPED: 'Partly on its way',
  SHIPPED: 'On its way',
  DELIVERED: 'Delivered',
  CANCELLED: 'Cancelled',
  PAID_UNFULFILLED: 'Paid too late, money goes back',
  REFUNDED: 'Refunded',
  RETURNED: 'Returned',
}
