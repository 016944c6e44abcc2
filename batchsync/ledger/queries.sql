-- Every statement of the ledger, by name. Orders are asked for by id or by (account, owner, number), never by scan.

-- name: is_ours
SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema);

-- name: begin_writing
BEGIN IMMEDIATE;

-- name: begin_reading
BEGIN;

-- The batch: claims and outcomes -----------------------------------------------------------------------------

-- name: claim_all
UPDATE orders SET
    cause = CASE state WHEN 1 THEN 1 WHEN 6 THEN 8 ELSE 7 END,
    stood = nullif(state, 1),
    run = iif(state = 1, ?1, run),
    state = 2,
    attempts = attempts + 1
WHERE id IN (SELECT value FROM json_each(?2)) AND (
    state = 1 AND (again IS ?1 OR NOT EXISTS (
        -- The number was paid, or may have been, under another merchant of the account.
        SELECT 1 FROM orders AS o
        WHERE o.account = orders.account AND o.number = orders.number AND o.id <> orders.id
            AND (o.state = 2 OR o.state = 3 OR o.state = 5 OR o.state = 6)
    ))
    OR again = ?1 AND state IN (3, 5, 6)
);

-- name: append_attempts
INSERT INTO attempts (id, run, claimed_at)
SELECT o.id * 65536 + o.attempts, ?1, ?2 FROM json_each(?3) AS j CROSS JOIN orders AS o ON o.id = j.value;

-- name: last_attempts
SELECT json_group_array(o.id * 65536 + o.attempts) FROM json_each(?1) AS j CROSS JOIN orders AS o ON o.id = j.value;

-- name: settle
-- What was sent again and cost nothing (it never left, or was refused) leaves the order as an earlier call had left it.
UPDATE orders SET
    state = iif(?1 = 1 OR ?1 = 4, coalesce(stood, ?1), ?1),
    cause = iif(?1 = 1, 3, 2),
    points = iif(?1 = 1 OR ?1 = 4 AND stood IS NOT NULL, points, ?2),
    settled_at = iif(?1 = 1 OR ?1 = 4 AND stood IS NOT NULL, settled_at, ?3),
    run = iif(?1 = 1 OR ?1 = 4 AND stood IS NOT NULL, run, coalesce(again, run)),
    again = iif(?1 = 1, again, NULL),
    stood = NULL
WHERE id = ?4 AND attempts = ?5 AND state = 2;

-- name: append_outcome
INSERT INTO outcomes (attempt, state, points, answer, elapsed, at) VALUES (?, ?, ?, ?, ?, ?);

-- name: order_to_settle
SELECT
    o.state, o.attempts, w.reason, x.state, x.at,
    EXISTS (SELECT 1 FROM outcomes AS y WHERE y.attempt = ?1 AND y.late = 1),
    EXISTS (
        SELECT 1 FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
        WHERE n.id > ?1 AND n.id <= o.id * 65536 + o.attempts AND coalesce(z.state, 2) <> 1
    ),
    EXISTS (
        SELECT 1 FROM outcomes AS b
        WHERE b.attempt > o.id * 65536 AND b.attempt < ?1 AND b.state IN (3, 5, 6)
    )
FROM orders AS o
LEFT JOIN outcomes AS x ON x.attempt = ?1 AND x.late = 0
LEFT JOIN answers AS w ON w.id = x.answer
WHERE o.id = ?1 >> 16;

-- name: settle_late
UPDATE orders SET
    state = ?1, cause = 5, points = ?2, settled_at = ?3, run = (SELECT run FROM attempts WHERE id = ?4), again = NULL
WHERE id = ?4 >> 16;

-- name: settle_late_under_way
-- It is being sent again: should that call never leave, the order is what was paid for.
UPDATE orders SET stood = ?1, points = ?2, settled_at = ?3, run = (SELECT run FROM attempts WHERE id = ?4)
WHERE id = ?4 >> 16 AND state = 2;

-- name: settle_late_by_hand
-- A person has found out already that it was charged; now it is known what for.
UPDATE orders SET points = ?2, settled_at = ?3 WHERE id = ?4 >> 16 AND state = ?1 AND cause = 9;

-- name: append_late_outcome
INSERT INTO outcomes (attempt, late, state, points, answer, elapsed, at) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6);

-- name: last_answer
SELECT coalesce(max(id), 0) FROM answers;

-- name: append_answer
INSERT INTO answers (id, reason, phase, http_status, api_status, hint, error, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: note_prices
UPDATE accounts SET highest_price = p.most
FROM (
    SELECT o.account, max(json_extract(j.value, '$[1]')) AS most
    FROM json_each(?1) AS j CROSS JOIN orders AS o ON o.id = json_extract(j.value, '$[0]') GROUP BY o.account
) AS p
WHERE accounts.id = p.account AND accounts.highest_price < p.most;

-- After a crash ----------------------------------------------------------------------------------------------

-- name: dead_attempts
SELECT id * 65536 + attempts FROM orders WHERE state = 2;

-- name: give_up_outcomes
INSERT INTO outcomes (attempt, state, points, answer, elapsed, at)
SELECT id * 65536 + attempts, 6, NULL, ?1, NULL, ?2 FROM orders WHERE state = 2;

-- name: give_up_orders
UPDATE orders SET
    state = 6, cause = 4, points = NULL, settled_at = ?1, run = coalesce(again, run), again = NULL, stood = NULL
WHERE state = 2;

-- Accounts and runs ------------------------------------------------------------------------------------------

-- name: find_account
SELECT id FROM accounts WHERE endpoint = ?1 AND name = ?2;

-- name: add_account
INSERT INTO accounts (endpoint, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING;

-- name: account_name
SELECT name FROM accounts WHERE id = ?1;

-- name: highest_price
SELECT highest_price FROM accounts WHERE id = ?1;

-- name: lock_plans
-- Who writes holds the lock of the file.
SELECT ?1;

-- name: run_exists
SELECT 1 FROM runs WHERE run = ?1;

-- name: add_run
INSERT INTO runs (run, account, file, file_sha256, lang, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: run_id
SELECT id, account FROM runs WHERE run = ?1;

-- name: end_run
UPDATE runs SET ended_at = ?2, stopped = ?3, result = ?4, summary = ?5 WHERE run = ?1;

-- name: set_result
UPDATE runs SET result = ?2 WHERE run = ?1;

-- name: move_run
UPDATE runs SET file = ?2, result = ?3 WHERE run = ?1;

-- name: runs
SELECT run, account, file, file_sha256, started_at, ended_at, stopped, result, lang, summary
FROM runs ORDER BY id DESC LIMIT ?1;

-- name: run
SELECT run, account, file, file_sha256, started_at, ended_at, stopped, result, lang, summary
FROM runs WHERE run = ?1;

-- name: pruned_at
SELECT pruned_at FROM runs WHERE run = ?1;

-- name: sheets
SELECT s.sheet FROM sheets AS s JOIN runs AS r ON r.id = s.run WHERE r.run = ?1 ORDER BY s.position;

-- name: run_has_attempts
SELECT EXISTS (SELECT 1 FROM entries AS e JOIN attempts AS a
    ON a.id BETWEEN e.order_id * 65536 AND e.order_id * 65536 + 65535 AND a.run = e.run
    WHERE e.run = ?1 AND e.verdict = 1);

-- name: drop_facts
DELETE FROM entry_facts WHERE run = ?1;

-- name: drop_permissions
UPDATE orders SET again = NULL
WHERE again = ?1 AND id IN (SELECT order_id FROM entries WHERE run = ?1 AND verdict = 1);

-- name: drop_entries
DELETE FROM entries WHERE run = ?1;

-- name: drop_sheets
DELETE FROM sheets WHERE run = ?1;

-- name: drop_run
DELETE FROM runs WHERE id = ?1;

-- Known and enroll: a chunk of the plan stands in a temporary table ------------------------------------------

-- name: make_wanted
CREATE TEMP TABLE IF NOT EXISTS wanted (
    seq INTEGER PRIMARY KEY, owner INTEGER, number TEXT, verdict INTEGER, sheet INTEGER, line INTEGER,
    settled_at INTEGER, -- of an order to be sent again: as the planner saw it
    is_elsewhere INTEGER -- the number was paid under another merchant, and is to be sent all the same
) STRICT;

-- name: clear_wanted
DELETE FROM temp.wanted;

-- name: want_order
INSERT INTO temp.wanted (seq, owner, number) VALUES (?, ?, ?);

-- name: want_entry
INSERT INTO temp.wanted (seq, owner, number, verdict, sheet, line, settled_at, is_elsewhere) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: owner_id
SELECT id FROM owners WHERE owner = ?1;

-- name: add_owner
INSERT INTO owners (owner) VALUES (?1);

-- name: known_states
SELECT coalesce(iif(o.state = 3 AND o.settled_at < ?2, 0, o.state), 0)
FROM temp.wanted AS w
LEFT JOIN orders AS o ON o.account = ?1 AND o.owner = w.owner AND o.number = w.number
ORDER BY w.seq;

-- name: known_settled
SELECT w.seq, o.settled_at
FROM temp.wanted AS w JOIN orders AS o ON o.account = ?1 AND o.owner = w.owner AND o.number = w.number
WHERE o.settled_at IS NOT NULL
ORDER BY w.seq;

-- name: known_elsewhere
-- Of several other merchants the one whose order says most counts: synced, then uncertain, then failed.
SELECT w.seq, o.state, p.owner
FROM temp.wanted AS w
JOIN orders AS o ON o.account = ?1 AND o.number = w.number AND o.owner <> w.owner
JOIN owners AS p ON p.id = o.owner
WHERE (o.state = 2 OR o.state = 3 OR o.state = 5 OR o.state = 6) AND NOT (o.state = 3 AND o.settled_at < ?2)
ORDER BY w.seq, CASE o.state WHEN 3 THEN 1 WHEN 6 THEN 2 WHEN 2 THEN 3 ELSE 4 END, o.id;

-- name: add_sheet
INSERT INTO sheets (run, position, sheet) VALUES (?, ?, ?);

-- name: add_orders
INSERT INTO orders (account, owner, number)
SELECT ?1, owner, number FROM temp.wanted WHERE verdict = 1 ORDER BY seq
ON CONFLICT DO NOTHING;

-- name: add_entries
INSERT INTO entries (run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at)
SELECT
    ?1, w.seq, w.sheet, w.line, w.verdict, o.id,
    iif(w.verdict IN (2, 5, 6), o.run, NULL),
    iif(w.verdict IN (2, 5, 6), o.settled_at, NULL)
FROM temp.wanted AS w
LEFT JOIN orders AS o ON o.account = ?2 AND o.owner = w.owner AND o.number = w.number
ORDER BY w.seq;

-- name: add_facts
INSERT INTO entry_facts (run, seq, reason, first_sheet, first_line, owner, number) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: replan
UPDATE orders SET state = 1, cause = ?1
WHERE state = ?2 AND id IN (
    SELECT order_id FROM entries WHERE run = ?3 AND seq >= ?4 AND seq < ?5 AND verdict = 1
);

-- name: may_resend
-- Only what has not been settled anew since the plan was made.
UPDATE orders SET again = ?1
FROM temp.wanted AS w JOIN entries AS e ON e.run = ?1 AND e.seq = w.seq AND e.verdict = 1
WHERE orders.id = e.order_id AND orders.state = ?2 AND orders.settled_at IS w.settled_at;

-- name: may_send_elsewhere
UPDATE orders SET again = ?1
FROM temp.wanted AS w JOIN entries AS e ON e.run = ?1 AND e.seq = w.seq AND e.verdict = 1
WHERE w.is_elsewhere AND orders.id = e.order_id AND orders.state = 1;

-- name: may_send_again
UPDATE orders SET again = ?1 WHERE id = ?2 AND state = 6 AND settled_at IS ?3;

-- name: note_send_again
INSERT INTO resolutions (order_id, decision, run, at)
SELECT o.id, 'send_again', ?1, ?2
FROM temp.wanted AS w JOIN entries AS e ON e.run = ?1 AND e.seq = w.seq AND e.verdict = 1 JOIN orders AS o ON o.id = e.order_id
WHERE o.state = 6 AND o.again IS NOT ?1 AND o.settled_at IS w.settled_at;

-- name: entry_order
SELECT o.id, o.state, o.settled_at FROM entries AS e JOIN orders AS o ON o.id = e.order_id WHERE e.run = ?1 AND e.seq = ?2;

-- name: without_order
SELECT seq FROM entries
WHERE run = ?1 AND seq >= ?2 AND seq < ?3 AND verdict NOT IN (4, 7) AND order_id IS NULL
ORDER BY seq LIMIT 1;

-- name: sent_twice
SELECT count(*) - count(DISTINCT order_id) FROM entries WHERE run = ?1 AND verdict = 1;

-- name: to_send
-- What another run claimed or settled since the plan was made is not sent.
SELECT iif(e.verdict = 1 AND (o.state = 1 OR o.again IS ?1 AND o.state <> 2), e.order_id, 0)
FROM entries AS e LEFT JOIN orders AS o ON o.id = e.order_id
WHERE e.run = ?1 AND e.seq >= ?2 AND e.seq < ?3 ORDER BY e.seq;

-- Results ----------------------------------------------------------------------------------------------------

-- name: results
SELECT
    e.seq, e.sheet, e.line, e.verdict, o.owner, o.number, o.state,
    iif((e.verdict = 5 OR e.verdict = 1 AND (a.id IS NULL OR x.state = 1)) AND o.settled_at IS NOT NULL, o.run, e.earlier_run),
    iif((e.verdict = 5 OR e.verdict = 1 AND (a.id IS NULL OR x.state = 1)) AND o.settled_at IS NOT NULL, o.settled_at, e.earlier_at),
    a.id, a.claimed_at, x.state, x.points, x.elapsed, x.at, x.answer
FROM entries AS e
LEFT JOIN orders AS o ON o.id = e.order_id
LEFT JOIN attempts AS a
    ON e.verdict = 1 AND a.id > o.id * 65536 AND a.id <= o.id * 65536 + o.attempts AND a.run = e.run
LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
WHERE e.run = ?1
ORDER BY e.seq, a.id;

-- name: owner_text
SELECT owner FROM owners WHERE id = ?1;

-- name: answer_text
SELECT reason, http_status, api_status, hint, error, body FROM answers WHERE id = ?1;

-- name: facts
SELECT seq, reason, first_sheet, first_line, owner, number FROM entry_facts WHERE run = ?1 ORDER BY seq;

-- name: late_outcomes
SELECT x.attempt, x.state, x.points, x.elapsed, x.at, x.answer
FROM outcomes AS x JOIN attempts AS a ON a.id = x.attempt
WHERE x.late = 1 AND a.run = ?1;

-- name: decided_calls
SELECT a.id, d.decision
FROM resolutions AS d
JOIN attempts AS a ON a.id > d.order_id * 65536 AND a.id <= d.order_id * 65536 + 65535 AND a.run = ?1
LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
WHERE coalesce(y.state, x.state, 6) = 6 AND d.at >= coalesce(y.at, x.at, a.claimed_at) AND d.at <= coalesce((
    SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
    WHERE n.id > a.id AND n.id <= d.order_id * 65536 + 65535 AND coalesce(z.state, 2) <> 1
), d.at)
ORDER BY d.id;

-- name: run_names
SELECT id, run FROM runs;

-- History ----------------------------------------------------------------------------------------------------

-- name: orders_of
SELECT o.id, o.account, k.endpoint, k.name, p.owner, o.number, o.state, o.attempts, r.run, o.settled_at, o.points
FROM owners AS p
CROSS JOIN accounts AS k
CROSS JOIN orders AS o ON o.account = k.id AND o.owner = p.id AND o.number = ?1
LEFT JOIN runs AS r ON r.id = o.run
ORDER BY o.id;

-- name: numbers_with_prefix
SELECT DISTINCT o.number
FROM owners AS p
CROSS JOIN accounts AS k
CROSS JOIN orders AS o ON o.account = k.id AND o.owner = p.id AND o.number >= ?1 AND o.number < ?1 || char(0x10FFFF)
ORDER BY o.number
LIMIT ?2;

-- name: attempts_of
SELECT
    a.id, r.run, a.claimed_at, x.late, x.state, x.points, x.elapsed, x.at,
    w.reason, w.phase, w.http_status, w.api_status, w.hint, w.error, w.body
FROM attempts AS a
JOIN runs AS r ON r.id = a.run
LEFT JOIN outcomes AS x ON x.attempt = a.id
LEFT JOIN answers AS w ON w.id = x.answer
WHERE a.id > ?1 * 65536 AND a.id <= ?1 * 65536 + 65535
ORDER BY a.id, x.late;

-- name: resolutions_of
SELECT d.decision, r.run, d.at, d.evidence FROM resolutions AS d LEFT JOIN runs AS r ON r.id = d.run
WHERE d.order_id = ?1 ORDER BY d.id;

-- name: uncertain_of_run
SELECT DISTINCT o.id FROM entries AS e JOIN orders AS o ON o.id = e.order_id
WHERE e.run = ?1 AND o.account = ?2 AND o.state = 6 ORDER BY o.id;

-- name: any_held_back
SELECT EXISTS (
    SELECT 1 FROM entry_facts AS f JOIN runs AS r ON r.id = f.run
    WHERE r.run = ?1 AND (f.reason LIKE '["unusual",%' OR f.reason LIKE '["erp_copy",%')
);

-- name: any_in_doubt
SELECT EXISTS (SELECT 1 FROM orders WHERE state IN (2, 6));

-- name: order_by_id
SELECT o.id, p.owner, o.number, o.state, o.account FROM orders AS o JOIN owners AS p ON p.id = o.owner WHERE o.id = ?1;

-- name: resolve
UPDATE orders SET state = ?1, cause = ?2, points = iif(?1 = 3, NULL, points), again = NULL WHERE id = ?3 AND state = 6;

-- name: append_resolution
INSERT INTO resolutions (order_id, decision, run, at, evidence) VALUES (?1, ?2, ?3, ?4, ?5);

-- Upkeep -----------------------------------------------------------------------------------------------------

-- name: integrity
SELECT integrity_check FROM pragma_integrity_check;

-- name: references
SELECT "table", rowid, parent FROM pragma_foreign_key_check;

-- name: states_against_calls
SELECT p.owner, o.number, o.state, x.state
FROM orders AS o
JOIN owners AS p ON p.id = o.owner
JOIN attempts AS a ON a.id = o.id * 65536 + o.attempts
LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
WHERE o.attempts > 0 AND CASE o.cause
    WHEN 1 THEN x.state IS NOT NULL
    WHEN 7 THEN (x.state IS NULL) = (o.state <> 2)
    WHEN 8 THEN (x.state IS NULL) = (o.state <> 2)
    WHEN 2 THEN x.state IS NOT o.state AND NOT (x.state IS 4 AND o.state IN (3, 5, 6))
    WHEN 3 THEN x.state IS NOT 1
    WHEN 4 THEN x.state IS NOT 6
    WHEN 5 THEN NOT EXISTS (
        SELECT 1 FROM outcomes AS y WHERE y.attempt > o.id * 65536 AND y.attempt <= a.id AND y.late = 1 AND y.state = o.state
    )
    ELSE x.state IS NULL
END
LIMIT ?1;

-- name: points_against_calls
SELECT p.owner, o.number, o.points, x.points
FROM orders AS o
JOIN owners AS p ON p.id = o.owner
JOIN outcomes AS x ON x.attempt = o.id * 65536 + o.attempts AND x.late = 0
WHERE o.cause = 2 AND o.points IS NOT x.points AND NOT (x.state = 4 AND o.state <> 4) OR o.cause = 5 AND NOT EXISTS (
    SELECT 1 FROM outcomes AS y
    WHERE y.attempt > o.id * 65536 AND y.attempt <= x.attempt AND y.late = 1 AND y.state = o.state AND y.points IS o.points
)
LIMIT ?1;

-- name: calls_missing
SELECT p.owner, o.number, o.attempts, count(a.id) AS found
FROM orders AS o
JOIN owners AS p ON p.id = o.owner
LEFT JOIN attempts AS a ON a.id > o.id * 65536 AND a.id <= o.id * 65536 + 65535
WHERE NOT EXISTS (SELECT 1 FROM runs WHERE pruned_at IS NOT NULL)
GROUP BY o.id HAVING found <> o.attempts OR max(a.id) > o.id * 65536 + o.attempts
LIMIT ?1;

-- name: runs_to_prune
SELECT r.id FROM runs AS r
WHERE r.started_at < ?1 AND r.pruned_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.state = 6 AND o.run = r.id)
    AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.state = 2 AND (o.run = r.id OR o.again = r.id));

-- name: prune_outcomes
DELETE FROM outcomes WHERE attempt IN (SELECT id FROM attempts WHERE run = ?1);

-- name: prune_attempts
DELETE FROM attempts WHERE run = ?1;

-- name: prune_answers
DELETE FROM answers WHERE id NOT IN (SELECT answer FROM outcomes);

-- name: note_pruned
UPDATE runs SET pruned_at = ?2 WHERE id = ?1;

-- name: sizes
SELECT
    (SELECT count(*) FROM orders), (SELECT count(*) FROM attempts), (SELECT count(*) FROM runs),
    (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size),
    (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size);

-- name: vacuum
VACUUM;
