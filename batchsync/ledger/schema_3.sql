-- The ledger, version 3: an answer that comes late is believed also where a person has let the order go meanwhile.

DROP TRIGGER orders_move;

CREATE TRIGGER orders_move BEFORE UPDATE OF state ON orders
WHEN NOT coalesce(CASE NEW.cause
    WHEN 1 THEN OLD.state = 1 AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
    WHEN 2 THEN OLD.state = 2 AND NEW.state BETWEEN 3 AND 6
    WHEN 3 THEN OLD.state = 2 AND NEW.state = coalesce(OLD.stood, 1)
    WHEN 4 THEN OLD.state = 2 AND NEW.state = 6
    WHEN 5 THEN (OLD.state = 6 OR OLD.state = 1) AND NEW.state BETWEEN 3 AND 5
        OR OLD.state = 4 AND (NEW.state = 3 OR NEW.state = 5)
    WHEN 6 THEN OLD.state = 4 AND NEW.state = 1
    WHEN 7 THEN (OLD.state = 3 OR OLD.state = 5) AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
        AND OLD.again IS NOT NULL AND NEW.stood = OLD.state
    WHEN 8 THEN OLD.state = 6 AND NEW.state = 2 AND NEW.attempts = OLD.attempts + 1
        AND OLD.again IS NOT NULL AND NEW.stood = OLD.state
    WHEN 9 THEN OLD.state = 6 AND NEW.state = 3
    WHEN 10 THEN OLD.state = 6 AND NEW.state = 1
    ELSE 0
END, 0)
BEGIN
    SELECT RAISE (ABORT, 'illegal move');
END;
