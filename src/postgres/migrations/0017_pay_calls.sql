-- A pay call is one payment: its row keeps what was asked for, so that the same call can be made again after a crash,
-- and what was answered, so that its key gets the same answer again.

set local lock_timeout = '5s';

alter table inv.payment
  add column hold_id uuid,
  add column return_url text,
  add column scenario text,
  add column redirect_url text,
  add column answer text;
update inv.payment p set hold_id = o.hold_id from inv.orders o where o.id = p.order_id;
alter table inv.payment alter column hold_id set not null;
comment on column inv.payment.id is 'The idempotency key of its pay call';
comment on column inv.payment.hold_id is 'The hold that was paid for; an order that was paid too late has got another one since';
comment on column inv.payment.return_url is 'Where the browser of the shopper goes after paying';
comment on column inv.payment.scenario is 'For the simulated provider; null at a real one';
comment on column inv.payment.redirect_url is 'Where the shopper pays; null: nothing to do there, or not known yet';
comment on column inv.payment.answer is 'Body of the answer to the pay call, byte for byte; null until there was one';

drop function inv.take_payment(uuid, bigint);
create function inv.take_payment(p_payment uuid, p_amount bigint, p_currency text) returns text
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  pay record;
  hold_state inv.hold_state;
  paid record;
  is_right boolean;
begin
  select p.order_id, p.amount_minor, o.hold_id, o.total_minor, o.currency into pay
    from inv.payment p join inv.orders o on o.id = p.order_id where p.id = p_payment;
  if not found then return 'UNKNOWN_PAYMENT'; end if;
  -- the lock of the hold puts every message about this order in one line
  select h.state into hold_state from inv.hold h where h.id = pay.hold_id for update;
  if exists (select from inv.payment p where p.id = p_payment and p.state = 'SUCCEEDED') then return 'ALREADY'; end if;
  is_right := p_amount = pay.amount_minor and p_amount = pay.total_minor and p_currency = pay.currency;
  if is_right and hold_state in ('PAYING', 'CLOSING') then
    perform inv.confirm_holds(array[pay.hold_id]);
  end if;
  update inv.payment p set state = 'SUCCEEDED', paid_minor = p_amount, due_at = null where p.id = p_payment;
  update inv.orders o set paid_minor = o.paid_minor + p_amount where o.id = pay.order_id
  returning o.state, o.paid_minor into paid;
  if is_right and hold_state in ('PAYING', 'CLOSING') then return 'CONFIRMED'; end if;
  if not is_right then
    -- nobody pays for this hold any more: it closes at once, not at its deadline
    update inv.hold h set due_at = clock_timestamp() where h.id = pay.hold_id and h.state = 'PAYING';
    return 'WRONG_AMOUNT';
  end if;
  if paid.state = 'CANCELLED' and paid.paid_minor = p_amount then -- never paid before
    update inv.orders o set due_at = clock_timestamp() where o.id = pay.order_id; -- found there after a crash
    return 'LATE';
  end if;
  return 'SURPLUS';
end $$;
comment on function inv.take_payment is
  'The provider says that this money came. CONFIRMED: hold and order are done. LATE: the hold had ended, units have to '
  'be found anew. WRONG_AMOUNT (or another currency), SURPLUS (twice, or declined before): the caller sends it back in '
  'the same transaction. ALREADY: told before';
