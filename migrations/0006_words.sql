-- The one place that says which public word stands for which rich state (decisions 1), and where a
-- word written by a tool leads to.

create function private.word(entity text, state text, cause text) returns text
immutable parallel safe language sql
return case entity
when 'ticket' then case state
	when 'VALID' then 'VALID'
	when 'VALID_OUT' then 'VALID'
	when 'USED' then 'USED'
	when 'BLOCKED' then 'PENDING'
	when 'VOID' then cause -- REFUNDED or CANCELLED
	end
when 'order' then case state
	when 'HELD' then 'AWAITING_PAYMENT'
	when 'AWAITING_PAYMENT' then 'AWAITING_PAYMENT'
	when 'COMPLETED' then 'COMPLETED'
	when 'PARTIALLY_REFUNDED' then 'COMPLETED'
	when 'DISPUTED' then 'COMPLETED'
	when 'REFUNDED' then 'CANCELLED'
	when 'CANCELLED' then 'CANCELLED'
	when 'UNFULFILLABLE' then 'CANCELLED'
	when 'EXPIRED' then 'EXPIRED'
	end
when 'transfer' then case state
	when 'PENDING' then 'PENDING'
	when 'COMPLETED' then coalesce(cause, 'COMPLETED') -- cause USED once the ticket was scanned after it
	when 'DECLINED' then 'REJECTED'
	when 'CANCELLED' then 'CANCELLED'
	when 'EXPIRED' then 'CANCELLED'
	end
end;

-- A tool (service key, psql) writes words. From where the row stands, each word leads to one state,
-- or to none: then it is refused. from_state '' is a new row.
create table private.word_moves (
	entity text not null,
	from_state text not null,
	word text not null,
	to_state text not null,
	cause text,
	primary key (entity, from_state, word)
);
insert into private.word_moves (entity, from_state, word, to_state, cause) values
	('ticket', '', 'VALID', 'VALID', null),
	('ticket', '', 'USED', 'USED', null),
	('ticket', '', 'PENDING', 'BLOCKED', null),
	('ticket', '', 'CANCELLED', 'VOID', 'CANCELLED'),
	('ticket', '', 'REFUNDED', 'VOID', 'REFUNDED'),
	('ticket', 'VALID', 'USED', 'USED', null),
	('ticket', 'VALID', 'PENDING', 'BLOCKED', null),
	('ticket', 'VALID', 'CANCELLED', 'VOID', 'CANCELLED'),
	('ticket', 'VALID', 'REFUNDED', 'VOID', 'REFUNDED'),
	('ticket', 'VALID_OUT', 'USED', 'USED', null),
	('ticket', 'BLOCKED', 'VALID', 'VALID', null),
	('ticket', 'BLOCKED', 'CANCELLED', 'VOID', 'CANCELLED'),
	('ticket', 'BLOCKED', 'REFUNDED', 'VOID', 'REFUNDED'),
	('ticket', 'USED', 'VALID', 'VALID_OUT', null), -- a wrong scan is undone
	('order', '', 'AWAITING_PAYMENT', 'AWAITING_PAYMENT', null),
	('order', '', 'COMPLETED', 'COMPLETED', null),
	('order', '', 'CANCELLED', 'CANCELLED', null),
	('order', '', 'EXPIRED', 'EXPIRED', null),
	('order', 'HELD', 'COMPLETED', 'COMPLETED', null),
	('order', 'HELD', 'CANCELLED', 'CANCELLED', null),
	('order', 'HELD', 'EXPIRED', 'EXPIRED', null),
	('order', 'AWAITING_PAYMENT', 'COMPLETED', 'COMPLETED', null),
	('order', 'AWAITING_PAYMENT', 'CANCELLED', 'CANCELLED', null),
	('order', 'AWAITING_PAYMENT', 'EXPIRED', 'EXPIRED', null),
	('order', 'EXPIRED', 'COMPLETED', 'COMPLETED', null),
	('order', 'CANCELLED', 'COMPLETED', 'COMPLETED', null),
	('order', 'COMPLETED', 'CANCELLED', 'REFUNDED', null),
	('order', 'PARTIALLY_REFUNDED', 'CANCELLED', 'REFUNDED', null),
	('order', 'DISPUTED', 'CANCELLED', 'REFUNDED', null),
	('transfer', '', 'PENDING', 'PENDING', null),
	('transfer', '', 'COMPLETED', 'COMPLETED', null),
	('transfer', '', 'REJECTED', 'DECLINED', null),
	('transfer', '', 'CANCELLED', 'CANCELLED', null),
	('transfer', 'PENDING', 'COMPLETED', 'COMPLETED', null),
	('transfer', 'PENDING', 'REJECTED', 'DECLINED', null),
	('transfer', 'PENDING', 'CANCELLED', 'CANCELLED', null),
	('transfer', 'COMPLETED', 'USED', 'COMPLETED', 'USED');

create function private.word_move(entity text, from_state text, word text) returns private.word_moves
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
	move private.word_moves;
begin
	select * into move from private.word_moves m
	 where m.entity = word_move.entity and m.from_state = word_move.from_state and m.word = word_move.word;
	if not found then
		raise exception '%', case when from_state = '' then format('a new %s cannot be %s', entity, word)
			else format('%s %s that is %s cannot become %s', case entity when 'order' then 'an' else 'a' end, entity, from_state, word) end
			using errcode = '23514';
	end if;
	return move;
end $$;
