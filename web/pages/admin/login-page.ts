/** Logging in with an access token. */
import { html } from '../../html.ts'
import type { ShopView } from '../layout.ts'
import { deskPage, type Notice, noticeOf } from './desk-layout.ts'

export function loginPage(shop: ShopView, notice: Notice | null): string {
  const main = html`${noticeOf(notice)}
<form class="desk-form" action="/admin/desk/login" method="post">
<label>Access token<textarea name="token" rows="4" required spellcheck="false" autocomplete="off"></textarea></label>
<p class="small"><code>bin/aisle token --role orders --subject NAME --minutes 60</code> prints one. The ledger names you.</p>
<button class="button button-main" type="submit">Log in</button>
</form>`
  return deskPage({ shop, actor: null }, 'Log in', main)
}
