-- Every table out of a ledger and into another, in an order that leaves no reference open.

-- name: out_accounts
SELECT id, endpoint, name, highest_price FROM accounts ORDER BY id;

-- name: in_accounts
INSERT INTO accounts (id, endpoint, name, highest_price) VALUES (?, ?, ?, ?);

-- name: out_owners
SELECT id, owner FROM owners ORDER BY id;

-- name: in_owners
INSERT INTO owners (id, owner) VALUES (?, ?);

-- name: out_runs
SELECT id, run, account, file, file_sha256, lang, started_at, ended_at, stopped, result, summary, pruned_at FROM runs ORDER BY id;

-- name: in_runs
INSERT INTO runs (id, run, account, file, file_sha256, lang, started_at, ended_at, stopped, result, summary, pruned_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: out_sheets
SELECT run, position, sheet FROM sheets ORDER BY run, position;

-- name: in_sheets
INSERT INTO sheets (run, position, sheet) VALUES (?, ?, ?);

-- name: out_orders
SELECT id, account, owner, number, state, cause, attempts, run, settled_at, points, again, stood FROM orders ORDER BY id;

-- name: in_orders
INSERT INTO orders (id, account, owner, number, state, cause, attempts, run, settled_at, points, again, stood) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: out_entries
SELECT run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at FROM entries ORDER BY run, seq;

-- name: in_entries
INSERT INTO entries (run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: out_entry_facts
SELECT run, seq, reason, first_sheet, first_line, owner, number FROM entry_facts ORDER BY run, seq;

-- name: in_entry_facts
INSERT INTO entry_facts (run, seq, reason, first_sheet, first_line, owner, number) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: out_attempts
SELECT id, run, claimed_at FROM attempts ORDER BY id;

-- name: in_attempts
INSERT INTO attempts (id, run, claimed_at) VALUES (?, ?, ?);

-- name: out_answers
SELECT id, reason, phase, http_status, api_status, hint, error, body FROM answers ORDER BY id;

-- name: in_answers
INSERT INTO answers (id, reason, phase, http_status, api_status, hint, error, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: out_outcomes
SELECT attempt, late, state, points, answer, elapsed, at FROM outcomes ORDER BY attempt, late;

-- name: in_outcomes
INSERT INTO outcomes (attempt, late, state, points, answer, elapsed, at) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: out_resolutions
SELECT id, order_id, decision, run, at, evidence FROM resolutions ORDER BY id;

-- name: in_resolutions
INSERT INTO resolutions (id, order_id, decision, run, at, evidence) VALUES (?, ?, ?, ?, ?, ?);

-- name: holds_something
SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM owners) OR EXISTS (SELECT 1 FROM runs);

-- name: open_for_copy
DROP TRIGGER orders_start_planned;

-- name: close_after_copy
CREATE TRIGGER orders_start_planned BEFORE INSERT ON orders
WHEN NEW.state <> 1 OR NEW.attempts <> 0
BEGIN
    SELECT RAISE (ABORT, 'illegal move: an order starts planned');
END;
