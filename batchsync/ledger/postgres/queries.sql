-- Every statement of the ledger in PostgreSQL, by name: those of ../queries.sql, said as PostgreSQL wants them.

-- Schema and settings ----------------------------------------------------------------------------------------

-- name: form
SELECT to_regclass('batchsync.form') IS NOT NULL;

-- name: form_version
SELECT version FROM form;

-- name: has_engine
SELECT to_regclass('batchsync.procrastinate_jobs') IS NOT NULL;

-- name: make_room
CREATE SCHEMA IF NOT EXISTS batchsync;

-- name: make_form
CREATE TABLE IF NOT EXISTS form (version integer NOT NULL);

-- name: set_form
WITH gone AS (DELETE FROM form) INSERT INTO form (version) VALUES ($1);

-- name: may_write
SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes');

-- name: set_zone
SELECT set_config('TimeZone', $1, false);

-- name: begin_writing
BEGIN;

-- name: begin_reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: one_at_a_time
SELECT pg_advisory_xact_lock(1112756601, 0);

-- The sender of an account -------------------------------------------------------------------------------

-- name: lock_plans
SELECT pg_advisory_xact_lock(1112756603, $1::int);

-- name: lock_account
SELECT pg_try_advisory_lock(1112756602, $1::int);

-- name: unlock_account
SELECT pg_advisory_unlock(1112756602, $1::int);

-- name: limit_session
-- The server ends a session whose process stands still or whose network is gone, and so frees its lock.
SELECT
    set_config('idle_session_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $1, false),
    set_config('tcp_user_timeout', $1, false), set_config('lock_timeout', '0', false);

-- name: heartbeat
SELECT 1;

-- name: enter_sender
-- Returns microseconds to wait, so that the last second of the sender before counts against the rate.
WITH before AS (SELECT is_active, sent_at FROM senders WHERE account = $1),
entered AS (
    INSERT INTO senders AS s (account, run, host, pid, since, is_active, sent_at) VALUES ($1, $2, $3, $4, now_us(), true, 0)
    ON CONFLICT (account) DO UPDATE
    SET run = EXCLUDED.run, host = EXCLUDED.host, pid = EXCLUDED.pid, since = EXCLUDED.since, is_active = true
)
SELECT CASE WHEN is_active THEN 1050000 ELSE greatest(0, sent_at + 1050000 - now_us()) END FROM before;

-- name: leave_sender
UPDATE senders SET is_active = false, sent_at = now_us() WHERE account = $1;

-- name: sender_of
SELECT run, host, pid, since FROM senders WHERE account = $1;

-- name: senders
SELECT s.account, s.run, s.host, s.pid, s.since FROM senders AS s WHERE EXISTS (
    SELECT 1 FROM pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.classid = 1112756602 AND l.objid = s.account AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
)
ORDER BY s.since;

-- name: dead_attempts
SELECT id * 65536 + attempts FROM orders WHERE account = $1 AND state = 2;

-- name: give_up_outcomes
INSERT INTO outcomes (attempt, state, points, answer, elapsed, at)
SELECT id * 65536 + attempts, 6, NULL, $2, NULL, now_us() FROM orders WHERE account = $1 AND state = 2;

-- name: give_up_orders
UPDATE orders SET
    state = 6, cause = 4, points = NULL, settled_at = now_us(), run = coalesce(again, run), again = NULL, stood = NULL
WHERE account = $1 AND state = 2;


-- The batch: claims and outcomes -----------------------------------------------------------------------------

-- name: claim_all
WITH free AS (
    SELECT o.id, a.run FROM unnest($1::bigint[], $2::bigint[]) AS a (id, run) JOIN orders AS o ON o.id = a.id
    WHERE o.state = 1 AND (o.again IS NOT DISTINCT FROM a.run OR NOT EXISTS (
        -- The number was paid, or may have been, under another merchant of the account.
        SELECT 1 FROM orders AS x
        WHERE x.account = o.account AND x.number = o.number AND x.id <> o.id AND x.state IN (2, 3, 5, 6)
    ))
    OR o.again = a.run AND o.state IN (3, 5, 6) ORDER BY o.id FOR NO KEY UPDATE OF o
),
claimed AS (
    UPDATE orders AS o SET
        cause = CASE o.state WHEN 1 THEN 1 WHEN 6 THEN 8 ELSE 7 END,
        stood = nullif(o.state, 1),
        run = CASE WHEN o.state = 1 THEN f.run ELSE o.run END,
        state = 2,
        attempts = o.attempts + 1
    FROM free AS f WHERE o.id = f.id RETURNING o.id, f.run, o.attempts
),
written AS (
    INSERT INTO attempts (id, run, claimed_at) SELECT id * 65536 + attempts, run, now_us() FROM claimed
)
SELECT id * 65536 + attempts FROM claimed;

-- name: settle_all
-- What was sent again and cost nothing (it never left, or was refused) leaves the order as an earlier call had left it.
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS g (attempt, state, points, answer, elapsed, at)
),
moved AS (
    UPDATE orders AS o SET
        state = CASE WHEN g.state = 1 OR g.state = 4 THEN coalesce(o.stood, g.state) ELSE g.state END,
        cause = CASE WHEN g.state = 1 THEN 3 ELSE 2 END,
        points = CASE WHEN g.state = 1 OR g.state = 4 AND o.stood IS NOT NULL THEN o.points ELSE g.points END,
        settled_at = CASE WHEN g.state = 1 OR g.state = 4 AND o.stood IS NOT NULL THEN o.settled_at ELSE g.at END,
        run = CASE WHEN g.state = 1 OR g.state = 4 AND o.stood IS NOT NULL THEN o.run ELSE coalesce(o.again, o.run) END,
        again = CASE WHEN g.state = 1 THEN o.again END,
        stood = NULL
    FROM given AS g WHERE o.id = g.attempt >> 16 AND o.attempts = (g.attempt & 65535) AND o.state = 2
    RETURNING g.attempt
),
written AS (
    INSERT INTO outcomes (attempt, state, points, answer, elapsed, at)
    SELECT g.attempt, g.state, g.points, g.answer, g.elapsed, g.at FROM given AS g JOIN moved AS m ON m.attempt = g.attempt
)
SELECT attempt FROM moved;

-- name: order_to_settle
SELECT
    o.state, o.attempts, w.reason, x.state, x.at,
    EXISTS (SELECT 1 FROM outcomes AS y WHERE y.attempt = $1 AND y.late = 1),
    EXISTS (
        SELECT 1 FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
        WHERE n.id > $1 AND n.id <= o.id * 65536 + o.attempts AND coalesce(z.state, 2) <> 1
    ),
    EXISTS (
        SELECT 1 FROM outcomes AS b
        WHERE b.attempt > o.id * 65536 AND b.attempt < $1 AND b.state IN (3, 5, 6)
    )
FROM orders AS o
LEFT JOIN outcomes AS x ON x.attempt = $1 AND x.late = 0
LEFT JOIN answers AS w ON w.id = x.answer
WHERE o.id = $1 >> 16 FOR NO KEY UPDATE OF o;

-- name: settle_late
UPDATE orders SET
    state = $1, cause = 5, points = $2, settled_at = $3, run = (SELECT run FROM attempts WHERE id = $4), again = NULL
WHERE id = $4 >> 16;

-- name: settle_late_under_way
-- It is being sent again: should that call never leave, the order is what was paid for.
UPDATE orders SET stood = $1, points = $2, settled_at = $3, run = (SELECT run FROM attempts WHERE id = $4)
WHERE id = $4 >> 16 AND state = 2;

-- name: settle_late_by_hand
-- A person has found out already that it was charged; now it is known what for.
UPDATE orders SET points = $2, settled_at = $3 WHERE id = $4 >> 16 AND state = $1 AND cause = 9;

-- name: append_late_outcome
INSERT INTO outcomes (attempt, late, state, points, answer, elapsed, at) VALUES ($1, 1, $2, $3, $4, $5, $6);

-- name: append_answers
INSERT INTO answers (reason, phase, http_status, api_status, hint, error, body)
SELECT g.reason, g.phase, g.http_status, g.api_status, g.hint, g.error, g.body
FROM unnest($1::text[], $2::smallint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::bytea[])
    WITH ORDINALITY AS g (reason, phase, http_status, api_status, hint, error, body, nth)
ORDER BY g.nth RETURNING id;

-- name: note_prices
UPDATE accounts AS k SET highest_price = p.most
FROM (
    SELECT o.account, max(g.points) AS most
    FROM unnest($1::bigint[], $2::bigint[]) AS g (id, points) JOIN orders AS o ON o.id = g.id GROUP BY o.account
) AS p
WHERE k.id = p.account AND k.highest_price < p.most;

-- The sending of a run ---------------------------------------------------------------------------------------

-- name: queue_run
UPDATE runs SET options = $2, sent_at = NULL WHERE id = $1;

-- name: run_options
SELECT options FROM runs WHERE id = $1;

-- name: run_control
SELECT stopping, paused, sent_at IS NOT NULL, stopped FROM runs WHERE id = $1;

-- name: end_sending
UPDATE runs SET sent_at = now_us(), stopped = $2 WHERE id = $1;

-- name: orders_to_send
SELECT e.seq, o.id, p.owner, o.number
FROM entries AS e JOIN orders AS o ON o.id = e.order_id JOIN owners AS p ON p.id = o.owner
WHERE e.run = $1 AND e.seq > $2 AND e.seq <= $3 AND e.verdict = 1
    AND (o.state = 1 OR o.again = $1 AND o.state IN (3, 5, 6))
ORDER BY e.seq LIMIT $4;

-- name: has_live_job
-- Whether a worker that lives executes a job of the account now, and whether the run has a job at all.
SELECT
    EXISTS (
        SELECT 1 FROM procrastinate_jobs AS j JOIN procrastinate_workers AS w ON w.id = j.worker_id
        WHERE j.lock = $1 AND j.status = 'doing' AND w.last_heartbeat > now() - interval '10 seconds'
    ),
    EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = $2 AND status IN ('todo', 'doing'));

-- name: live_workers
SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds';


-- name: counts
-- What this run may still send again counts as planned; its points are those of an earlier call.
SELECT
    CASE WHEN o.again = e.run AND o.state <> 2 THEN 1 ELSE o.state END, count(*),
    coalesce(sum(o.points) FILTER (WHERE o.again IS DISTINCT FROM e.run AND o.run = e.run), 0)::bigint,
    count(*) FILTER (WHERE o.run = e.run OR o.state = 2 AND o.again = e.run)
FROM entries AS e JOIN orders AS o ON o.id = e.order_id
WHERE e.run = $1 AND e.verdict = 1 GROUP BY 1;

-- name: stop_run
UPDATE runs SET stopping = coalesce(stopping, $2) WHERE id = $1;

-- name: pause_run
UPDATE runs SET paused = $2 WHERE id = $1;

-- Accounts and runs ------------------------------------------------------------------------------------------

-- name: find_account
SELECT id FROM accounts WHERE endpoint = $1 AND name = $2;

-- name: add_account
INSERT INTO accounts (endpoint, name) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: account_name
SELECT name FROM accounts WHERE id = $1;

-- name: highest_price
SELECT highest_price FROM accounts WHERE id = $1;

-- name: run_exists
SELECT 1 FROM runs WHERE run = $1;

-- name: add_run
INSERT INTO runs (run, account, file, file_sha256, lang, started_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: run_id
SELECT id, account FROM runs WHERE run = $1;

-- name: end_run
UPDATE runs SET ended_at = $2, stopped = $3, result = $4, summary = $5 WHERE run = $1;

-- name: move_run
UPDATE runs SET file = $2, result = $3 WHERE run = $1;

-- name: set_result
UPDATE runs SET result = $2 WHERE run = $1;

-- name: runs
SELECT run, account, file, file_sha256, started_at, ended_at, stopped, result, lang, summary
FROM runs ORDER BY id DESC LIMIT nullif($1::bigint, -1);

-- name: run
SELECT run, account, file, file_sha256, started_at, ended_at, stopped, result, lang, summary
FROM runs WHERE run = $1;

-- name: pruned_at
SELECT pruned_at FROM runs WHERE run = $1;

-- name: sheets
SELECT s.sheet FROM sheets AS s JOIN runs AS r ON r.id = s.run WHERE r.run = $1 ORDER BY s.position;

-- name: run_has_attempts
SELECT EXISTS (SELECT 1 FROM attempts WHERE run = $1);

-- name: drop_facts
DELETE FROM entry_facts WHERE run = $1;

-- name: drop_permissions
UPDATE orders SET again = NULL
WHERE again = $1 AND id IN (SELECT order_id FROM entries WHERE run = $1 AND verdict = 1);

-- name: drop_entries
DELETE FROM entries WHERE run = $1;

-- name: drop_sheets
DELETE FROM sheets WHERE run = $1;

-- name: drop_run
DELETE FROM runs WHERE id = $1;

-- Known and enroll: a chunk of the plan stands in a temporary table ------------------------------------------

-- name: make_wanted
CREATE TEMP TABLE IF NOT EXISTS wanted (
    seq integer PRIMARY KEY, owner bigint, number text COLLATE "C", verdict smallint, sheet integer, line integer,
    settled_at bigint, -- of an order to be sent again: as the planner saw it
    is_elsewhere smallint -- the number was paid under another merchant, and is to be sent all the same
);

-- name: clear_wanted
DELETE FROM pg_temp.wanted;

-- name: want_order
COPY pg_temp.wanted (seq, owner, number) FROM STDIN;

-- name: want_entry
COPY pg_temp.wanted (seq, owner, number, verdict, sheet, line, settled_at, is_elsewhere) FROM STDIN;

-- name: owner_id
SELECT id FROM owners WHERE owner = $1;

-- name: add_owner
INSERT INTO owners (owner) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: known_states
SELECT coalesce(CASE WHEN o.state = 3 AND o.settled_at < $2::bigint THEN 0 ELSE o.state END, 0)
FROM pg_temp.wanted AS w
LEFT JOIN orders AS o ON o.account = $1 AND o.owner = w.owner AND o.number = w.number
ORDER BY w.seq;

-- name: known_settled
SELECT w.seq, o.settled_at
FROM pg_temp.wanted AS w JOIN orders AS o ON o.account = $1 AND o.owner = w.owner AND o.number = w.number
WHERE o.settled_at IS NOT NULL
ORDER BY w.seq;

-- name: known_elsewhere
-- Of several other merchants the one whose order says most counts: synced, then uncertain, then failed.
SELECT w.seq, o.state, p.owner
FROM pg_temp.wanted AS w
JOIN orders AS o ON o.account = $1 AND o.number = w.number AND o.owner <> w.owner
JOIN owners AS p ON p.id = o.owner
WHERE o.state IN (2, 3, 5, 6) AND NOT (o.state = 3 AND o.settled_at < $2::bigint)
ORDER BY w.seq, CASE o.state WHEN 3 THEN 1 WHEN 6 THEN 2 WHEN 2 THEN 3 ELSE 4 END, o.id;

-- name: add_sheet
INSERT INTO sheets (run, position, sheet) VALUES ($1, $2, $3);

-- name: add_orders
INSERT INTO orders (account, owner, number)
SELECT $1, owner, number FROM pg_temp.wanted WHERE verdict = 1 ORDER BY seq
ON CONFLICT DO NOTHING;

-- name: add_entries
INSERT INTO entries (run, seq, sheet, line, verdict, order_id, earlier_run, earlier_at)
SELECT
    $1, w.seq, w.sheet, w.line, w.verdict, o.id,
    CASE WHEN w.verdict IN (2, 5, 6) THEN o.run END,
    CASE WHEN w.verdict IN (2, 5, 6) THEN o.settled_at END
FROM pg_temp.wanted AS w
LEFT JOIN orders AS o ON o.account = $2 AND o.owner = w.owner AND o.number = w.number
ORDER BY w.seq;

-- name: add_facts
INSERT INTO entry_facts (run, seq, reason, first_sheet, first_line, owner, number) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: replan
UPDATE orders SET state = 1, cause = $1
WHERE state = $2 AND id IN (
    SELECT order_id FROM entries WHERE run = $3 AND seq >= $4 AND seq < $5 AND verdict = 1
);

-- name: may_resend
-- Only what has not been settled anew since the plan was made.
UPDATE orders SET again = $1
FROM pg_temp.wanted AS w JOIN entries AS e ON e.run = $1 AND e.seq = w.seq AND e.verdict = 1
WHERE orders.id = e.order_id AND orders.state = $2 AND orders.settled_at IS NOT DISTINCT FROM w.settled_at;

-- name: may_send_elsewhere
UPDATE orders SET again = $1
FROM pg_temp.wanted AS w JOIN entries AS e ON e.run = $1 AND e.seq = w.seq AND e.verdict = 1
WHERE w.is_elsewhere = 1 AND orders.id = e.order_id AND orders.state = 1;

-- name: may_send_again
UPDATE orders SET again = $1 WHERE id = $2 AND state = 6 AND settled_at IS NOT DISTINCT FROM $3::bigint;

-- name: note_send_again
INSERT INTO resolutions (order_id, decision, run, at)
SELECT o.id, 'send_again', $1, $2
FROM pg_temp.wanted AS w JOIN entries AS e ON e.run = $1 AND e.seq = w.seq AND e.verdict = 1 JOIN orders AS o ON o.id = e.order_id
WHERE o.state = 6 AND o.again IS DISTINCT FROM $1 AND o.settled_at IS NOT DISTINCT FROM w.settled_at;

-- name: entry_order
SELECT o.id, o.state, o.settled_at FROM entries AS e JOIN orders AS o ON o.id = e.order_id WHERE e.run = $1 AND e.seq = $2;

-- name: without_order
SELECT seq FROM entries
WHERE run = $1 AND seq >= $2 AND seq < $3 AND verdict NOT IN (4, 7) AND order_id IS NULL
ORDER BY seq LIMIT 1;

-- name: sent_twice
SELECT count(*) - count(DISTINCT order_id) FROM entries WHERE run = $1 AND verdict = 1;

-- name: to_send
-- What another run claimed or settled since the plan was made is not sent.
SELECT CASE WHEN e.verdict = 1 AND (o.state = 1 OR o.again = $1 AND o.state <> 2) THEN e.order_id ELSE 0 END
FROM entries AS e LEFT JOIN orders AS o ON o.id = e.order_id
WHERE e.run = $1 AND e.seq >= $2 AND e.seq < $3 ORDER BY e.seq;

-- Results ----------------------------------------------------------------------------------------------------

-- name: results
SELECT
    e.seq, e.sheet, e.line, e.verdict, o.owner, o.number, o.state,
    CASE WHEN (e.verdict = 5 OR e.verdict = 1 AND (a.id IS NULL OR x.state = 1)) AND o.settled_at IS NOT NULL THEN o.run ELSE e.earlier_run END,
    CASE WHEN (e.verdict = 5 OR e.verdict = 1 AND (a.id IS NULL OR x.state = 1)) AND o.settled_at IS NOT NULL THEN o.settled_at ELSE e.earlier_at END,
    a.id, a.claimed_at, x.state, x.points, x.elapsed, x.at, x.answer
FROM entries AS e
LEFT JOIN orders AS o ON o.id = e.order_id
LEFT JOIN attempts AS a ON e.verdict = 1 AND a.order_id = e.order_id AND a.run = e.run
LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
WHERE e.run = $1
ORDER BY e.seq, a.id;

-- name: owner_text
SELECT owner FROM owners WHERE id = $1;

-- name: answer_text
SELECT reason, http_status, api_status, hint, error, body FROM answers WHERE id = $1;

-- name: facts
SELECT seq, reason, first_sheet, first_line, owner, number FROM entry_facts WHERE run = $1 ORDER BY seq;

-- name: late_outcomes
SELECT x.attempt, x.state, x.points, x.elapsed, x.at, x.answer
FROM outcomes AS x JOIN attempts AS a ON a.id = x.attempt
WHERE x.late = 1 AND a.run = $1;

-- name: decided_calls
SELECT a.id, d.decision
FROM resolutions AS d
JOIN attempts AS a ON a.order_id = d.order_id AND a.run = $1
LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
WHERE coalesce(y.state, x.state, 6) = 6 AND d.at >= coalesce(y.at, x.at, a.claimed_at) AND d.at <= coalesce((
    SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
    WHERE n.order_id = d.order_id AND n.id > a.id AND coalesce(z.state, 2) <> 1
), d.at)
ORDER BY d.id;

-- name: run_names
SELECT id, run FROM runs;

-- History ----------------------------------------------------------------------------------------------------

-- name: orders_of
SELECT o.id, o.account, k.endpoint, k.name, p.owner, o.number, o.state, o.attempts, r.run, o.settled_at, o.points
FROM owners AS p
CROSS JOIN accounts AS k
JOIN orders AS o ON o.account = k.id AND o.owner = p.id AND o.number = $1
LEFT JOIN runs AS r ON r.id = o.run
ORDER BY o.id;

-- name: numbers_with_prefix
SELECT DISTINCT number
FROM orders
WHERE starts_with(number, $1)
ORDER BY number
LIMIT $2;

-- name: attempts_of
SELECT
    a.id, r.run, a.claimed_at, x.late, x.state, x.points, x.elapsed, x.at,
    w.reason, w.phase, w.http_status, w.api_status, w.hint, w.error, w.body
FROM attempts AS a
JOIN runs AS r ON r.id = a.run
LEFT JOIN outcomes AS x ON x.attempt = a.id
LEFT JOIN answers AS w ON w.id = x.answer
WHERE a.id > $1::bigint * 65536 AND a.id <= $1::bigint * 65536 + 65535
ORDER BY a.id, x.late;

-- name: resolutions_of
SELECT d.decision, r.run, d.at, d.evidence FROM resolutions AS d LEFT JOIN runs AS r ON r.id = d.run
WHERE d.order_id = $1 ORDER BY d.id;

-- name: uncertain_of_run
SELECT DISTINCT o.id FROM entries AS e JOIN orders AS o ON o.id = e.order_id
WHERE e.run = $1 AND o.account = $2 AND o.state = 6 ORDER BY o.id;

-- name: any_held_back
SELECT EXISTS (
    SELECT 1 FROM entry_facts AS f JOIN runs AS r ON r.id = f.run
    WHERE r.run = $1 AND (f.reason LIKE '["unusual",%' OR f.reason LIKE '["erp_copy",%')
);

-- name: any_in_doubt
SELECT EXISTS (SELECT 1 FROM orders WHERE state = 2) OR EXISTS (SELECT 1 FROM orders WHERE state = 6);

-- name: order_by_id
SELECT o.id, p.owner, o.number, o.state, o.account FROM orders AS o JOIN owners AS p ON p.id = o.owner WHERE o.id = $1;

-- name: resolve
UPDATE orders SET state = $1, cause = $2, points = CASE WHEN $1 = 3 THEN NULL ELSE points END, again = NULL
WHERE id = $3 AND state = 6;

-- name: append_resolution
INSERT INTO resolutions (order_id, decision, run, at, evidence) VALUES ($1, $2, $3, $4, $5);

-- Money ------------------------------------------------------------------------------------------------------

-- name: spending
WITH calls AS (
    SELECT
        a.run, a.id, a.order_id, coalesce(y.at, x.at, a.claimed_at) AS at, coalesce(y.state, x.state, 6) AS state,
        CASE WHEN y.state IS NULL THEN x.points ELSE y.points END AS points
    FROM attempts AS a
    LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
    LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
),
judged AS (
    SELECT c.run, c.order_id, c.at, c.state, c.points, o.owner, CASE WHEN c.state = 6 THEN (
        SELECT d.decision FROM resolutions AS d
        WHERE d.order_id = c.order_id AND d.at >= c.at AND d.at <= coalesce((
            SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
            WHERE n.id > c.id AND n.id <= c.order_id * 65536 + 65535 AND coalesce(z.state, 2) <> 1
        ), d.at) ORDER BY d.id DESC LIMIT 1
    ) END AS decision
    FROM calls AS c JOIN orders AS o ON o.id = c.order_id
    WHERE o.account = $1 AND c.at >= $2 AND c.at < $3
    UNION ALL
    SELECT r.id, o.id, o.settled_at, coalesce(o.stood, o.state), o.points, o.owner, NULL
    FROM orders AS o JOIN runs AS r ON r.id = o.run
    WHERE r.pruned_at IS NOT NULL AND o.account = $1 AND o.settled_at >= $2 AND o.settled_at < $3
)
SELECT
    to_char(to_timestamp(j.at / 1000000.0), 'YYYY-MM-DD'), p.owner, r.run, count(*),
    count(*) FILTER (WHERE j.state = 3 OR j.state = 6 AND j.decision = 'charged'),
    count(*) FILTER (WHERE j.state = 4 OR j.state = 5),
    count(*) FILTER (WHERE j.state = 6 AND (j.decision IS NULL OR j.decision = 'send_again')),
    count(*) FILTER (WHERE j.state = 3 OR j.state = 5 AND j.points IS DISTINCT FROM 0 OR j.state = 6 AND j.decision = 'charged'),
    coalesce(sum(j.points), 0)::bigint,
    count(*) FILTER (WHERE (j.state = 3 OR j.state = 5 OR j.state = 6 AND j.decision = 'charged') AND j.points IS NULL)
FROM judged AS j
JOIN owners AS p ON p.id = j.owner
JOIN runs AS r ON r.id = j.run
GROUP BY 1, 2, r.id
ORDER BY 1, r.id, 2;

-- name: charges
WITH calls AS (
    SELECT
        a.order_id, a.id, a.run, coalesce(y.at, x.at, a.claimed_at) AS at, coalesce(y.state, x.state, 6) AS state,
        CASE WHEN y.state IS NULL THEN x.points ELSE y.points END AS points, coalesce(y.answer, x.answer) AS answer,
        a.claimed_at
    FROM attempts AS a
    LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
    LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
)
SELECT
    o.id, p.owner, o.number, r.run, c.claimed_at, c.at, c.state, c.points, w.reason, w.http_status, w.api_status,
    w.error, w.body, CASE WHEN c.state = 6 THEN (
        SELECT d.decision FROM resolutions AS d
        WHERE d.order_id = c.order_id AND d.at >= c.at AND d.at <= coalesce((
            SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
            WHERE n.id > c.id AND n.id <= c.order_id * 65536 + 65535 AND coalesce(z.state, 2) <> 1
        ), d.at) ORDER BY d.id DESC LIMIT 1
    ) END
FROM calls AS c
JOIN orders AS o ON o.id = c.order_id
JOIN owners AS p ON p.id = o.owner
JOIN runs AS r ON r.id = c.run
LEFT JOIN answers AS w ON w.id = c.answer
WHERE o.account = $1 AND c.at >= $2 AND c.at < $3 AND c.state <> 1
ORDER BY c.id;

-- Upkeep -----------------------------------------------------------------------------------------------------

-- name: integrity
SELECT 'ok';

-- name: references
SELECT NULL, NULL, NULL WHERE false;

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
    WHEN 2 THEN x.state IS DISTINCT FROM o.state AND NOT (x.state = 4 AND o.state IN (3, 5, 6))
    WHEN 3 THEN x.state IS DISTINCT FROM 1
    WHEN 4 THEN x.state IS DISTINCT FROM 6
    WHEN 5 THEN NOT EXISTS (
        SELECT 1 FROM outcomes AS y WHERE y.attempt > o.id * 65536 AND y.attempt <= a.id AND y.late = 1 AND y.state = o.state
    )
    ELSE x.state IS NULL
END
LIMIT $1;

-- name: points_against_calls
SELECT p.owner, o.number, o.points, x.points
FROM orders AS o
JOIN owners AS p ON p.id = o.owner
JOIN outcomes AS x ON x.attempt = o.id * 65536 + o.attempts AND x.late = 0
WHERE o.cause = 2 AND o.points IS DISTINCT FROM x.points AND NOT (x.state = 4 AND o.state <> 4) OR o.cause = 5 AND NOT EXISTS (
    SELECT 1 FROM outcomes AS y
    WHERE y.attempt > o.id * 65536 AND y.attempt <= x.attempt AND y.late = 1 AND y.state = o.state AND y.points IS NOT DISTINCT FROM o.points
)
LIMIT $1;

-- name: calls_missing
SELECT p.owner, o.number, o.attempts, count(a.id) AS found
FROM orders AS o
JOIN owners AS p ON p.id = o.owner
LEFT JOIN attempts AS a ON a.id > o.id * 65536 AND a.id <= o.id * 65536 + 65535
WHERE NOT EXISTS (SELECT 1 FROM runs WHERE pruned_at IS NOT NULL)
GROUP BY o.id, p.owner, o.number, o.attempts
HAVING count(a.id) <> o.attempts OR max(a.id) > o.id * 65536 + o.attempts
LIMIT $1;

-- name: runs_to_prune
SELECT r.id FROM runs AS r
WHERE r.started_at < $1 AND r.pruned_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.state = 6 AND o.run = r.id)
    AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.state = 2 AND (o.run = r.id OR o.again = r.id));

-- name: prune_outcomes
DELETE FROM outcomes WHERE attempt IN (SELECT id FROM attempts WHERE run = $1);

-- name: prune_attempts
DELETE FROM attempts WHERE run = $1;

-- name: prune_answers
DELETE FROM answers AS w WHERE NOT EXISTS (SELECT 1 FROM outcomes AS x WHERE x.answer = w.id);

-- name: note_pruned
UPDATE runs SET pruned_at = $2 WHERE id = $1;

-- name: sizes
SELECT
    (SELECT count(*) FROM orders), (SELECT count(*) FROM attempts), (SELECT count(*) FROM runs),
    (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
     FROM pg_class AS c WHERE c.relnamespace = 'batchsync'::regnamespace AND c.relkind = 'r'), 0;
