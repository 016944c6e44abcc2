-- Every table out of a ledger and into another, in an order that leaves no reference open.

-- name: out_accounts
SELECT id, endpoint, name, highest_price FROM accounts ORDER BY id;

-- name: in_accounts
COPY accounts (id, endpoint, name, highest_price) FROM STDIN;

-- name: out_owners
SELECT id, owner FROM owners ORDER BY id;

-- name: in_owners
COPY owners (id, owner) FROM STDIN;

-- name: out_runs
SELECT id, run, account, file, file_sha256, lang, started_at, ended_at, stopped, result, summary, pruned_at FROM runs ORDER BY id;

-- name: in_runs
COPY runs (id, run, account, file, file_sha256, lang, started_at, ended_at, stopped, result, summary, pruned_at) FROM STDIN;

-- name: out_sheets
SELECT run, position, sheet FROM sheets ORDER BY run, position;

-- name: in_sheets
COPY sheets (run, position, sheet) FROM STDIN;

-- name: out_orders
SELECT id, account, owner, number, state, cause, attempts, run, settled_at, points, again, stood FROM orders ORDER BY id;

-- name: in_orders
COPY orders (id, account, owner, number, state, cause, attempts, run, settled_at, points, again, stood) FROM STDIN;

-- name: out_entries
SELECT run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at FROM entries ORDER BY run, seq;

-- name: in_entries
COPY entries (run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at) FROM STDIN;

-- name: out_entry_facts
SELECT run, seq, reason, first_sheet, first_line, owner, number FROM entry_facts ORDER BY run, seq;

-- name: in_entry_facts
COPY entry_facts (run, seq, reason, first_sheet, first_line, owner, number) FROM STDIN;

-- name: out_attempts
SELECT id, run, claimed_at FROM attempts ORDER BY id;

-- name: in_attempts
COPY attempts (id, run, claimed_at) FROM STDIN;

-- name: out_answers
SELECT id, reason, phase, http_status, api_status, hint, error, body FROM answers ORDER BY id;

-- name: in_answers
COPY answers (id, reason, phase, http_status, api_status, hint, error, body) FROM STDIN;

-- name: out_outcomes
SELECT attempt, late, state, points, answer, elapsed, at FROM outcomes ORDER BY attempt, late;

-- name: in_outcomes
COPY outcomes (attempt, late, state, points, answer, elapsed, at) FROM STDIN;

-- name: out_resolutions
SELECT id, order_id, decision, run, at, evidence FROM resolutions ORDER BY id;

-- name: in_resolutions
COPY resolutions (id, order_id, decision, run, at, evidence) FROM STDIN;

-- name: holds_something
SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM owners) OR EXISTS (SELECT 1 FROM runs);

-- name: open_for_copy
SELECT set_config('batchsync.copying', 'on', true);

-- name: close_after_copy
SELECT
    set_config('batchsync.copying', 'off', true),
    setval(pg_get_serial_sequence('accounts', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM accounts), false),
    setval(pg_get_serial_sequence('owners', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM owners), false),
    setval(pg_get_serial_sequence('runs', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM runs), false),
    setval(pg_get_serial_sequence('orders', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM orders), false),
    setval(pg_get_serial_sequence('answers', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM answers), false),
    setval(pg_get_serial_sequence('resolutions', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM resolutions), false);
