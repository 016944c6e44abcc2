-- The ledger in PostgreSQL, version 2: what cost points, or may have, stays so until the call that was asked for anew is claimed.

ALTER TABLE orders
    ADD COLUMN again bigint REFERENCES runs (id), -- the run that may send it though it is settled
    ADD COLUMN stood smallint;                    -- while it is sent again: the state to go back to when nothing left

DROP TRIGGER orders_move ON orders;

-- What was planned to be sent again, and never left, stands again as it did: the last answer says how, or the last word of
-- a person, or (where its calls were pruned) what the order itself kept.
UPDATE orders AS o SET
    run = coalesce((
        SELECT a.run FROM attempts AS a JOIN outcomes AS x ON x.attempt = a.id
        WHERE a.id > o.id * 65536 AND a.id <= o.id * 65536 + o.attempts AND x.state <> 1 ORDER BY a.id DESC LIMIT 1
    ), run),
    state = CASE WHEN cause = 8 THEN 6 ELSE coalesce(
        (
            SELECT CASE WHEN x.state = 4 THEN 1 WHEN x.state <> 6 THEN x.state ELSE (
                SELECT CASE d.decision WHEN 'charged' THEN 3 WHEN 'send_again' THEN 6 ELSE 1 END FROM resolutions AS d
                WHERE d.order_id = o.id ORDER BY d.id DESC LIMIT 1
            ) END FROM outcomes AS x
            WHERE x.attempt > o.id * 65536 AND x.attempt <= o.id * 65536 + o.attempts AND x.state <> 1
            ORDER BY x.attempt DESC, x.late DESC LIMIT 1
        ),
        CASE WHEN cause = 7 OR points > 0 THEN 3 END,
        (
            SELECT CASE d.decision WHEN 'charged' THEN 3 WHEN 'send_again' THEN 6 ELSE 1 END FROM resolutions AS d
            WHERE d.order_id = o.id ORDER BY d.id DESC LIMIT 1
        ),
        CASE WHEN points IS NULL THEN 3 END,
        1
    ) END
WHERE state = 1 AND settled_at IS NOT NULL AND (cause = 3 OR cause = 7 OR cause = 8);

CREATE TRIGGER orders_move BEFORE UPDATE OF state ON orders FOR EACH ROW
WHEN (NOT coalesce(CASE NEW.cause
    WHEN 1 THEN OLD.state = 1 AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
    WHEN 2 THEN OLD.state = 2 AND NEW.state BETWEEN 3 AND 6
    WHEN 3 THEN OLD.state = 2 AND NEW.state = coalesce(OLD.stood, 1)
    WHEN 4 THEN OLD.state = 2 AND NEW.state = 6
    WHEN 5 THEN OLD.state = 6 AND NEW.state BETWEEN 3 AND 5
    WHEN 6 THEN OLD.state = 4 AND NEW.state = 1
    WHEN 7 THEN (OLD.state = 3 OR OLD.state = 5) AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
        AND OLD.again IS NOT NULL AND NEW.stood = OLD.state
    WHEN 8 THEN OLD.state = 6 AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
        AND OLD.again IS NOT NULL AND NEW.stood = OLD.state
    WHEN 9 THEN OLD.state = 6 AND NEW.state = 3
    WHEN 10 THEN OLD.state = 6 AND NEW.state = 1
    ELSE false
END, false))
EXECUTE FUNCTION refuse('illegal move');
