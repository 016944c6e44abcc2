-- The tables of the ledger. Times are UTC in microseconds since 1970; codes are those of codes.py.

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    name TEXT NOT NULL,
    highest_price INTEGER NOT NULL DEFAULT 0,  -- most points that one call ever cost
    UNIQUE (endpoint, name)
) STRICT;

CREATE TABLE owners (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts (id),
    file TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    lang TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    stopped TEXT,
    result TEXT,
    summary TEXT,     -- RunSummary as JSON
    pruned_at INTEGER -- when its entries and attempts were deleted
) STRICT;

CREATE TABLE sheets (
    run INTEGER NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL,
    sheet TEXT NOT NULL, -- SheetFound as JSON
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- What is paid for. State and last attempt; run, time and points of what came of it, also when attempts are pruned.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    owner INTEGER NOT NULL REFERENCES owners (id),
    number TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 6),
    cause INTEGER CHECK (cause BETWEEN 1 AND 10), -- of the last move
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 65535),
    run INTEGER REFERENCES runs (id),             -- of the last attempt
    settled_at INTEGER,
    points INTEGER,                               -- NULL: unknown, or nothing settled yet
    again INTEGER REFERENCES runs (id),           -- the run that may send it though it is settled
    stood INTEGER,                                -- while it is sent again: the state to go back to when nothing left
    UNIQUE (account, number, owner)
) STRICT;

-- One line of a run's plan. The sparse facts of odd entries stand in entry_facts.
CREATE TABLE entries (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    sheet INTEGER NOT NULL,
    line INTEGER NOT NULL,
    verdict INTEGER NOT NULL CHECK (verdict BETWEEN 1 AND 7),
    order_id INTEGER REFERENCES orders (id),
    earlier_run INTEGER REFERENCES runs (id), -- who had settled the order when this run was planned
    earlier_at INTEGER,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_facts (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    reason TEXT,         -- Note as JSON
    first_sheet INTEGER, -- of a duplicate: the place whose result counts
    first_line INTEGER,
    owner TEXT,          -- of an entry without an order: what its cells say
    number TEXT,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Append-only: every call, written before its first byte. id = order * 65536 + n, so an order's calls lie together.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    claimed_at INTEGER NOT NULL
) STRICT;

-- Append-only: what came of it, and (late = 1) what came after it had been given up.
CREATE TABLE outcomes (
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    late INTEGER NOT NULL DEFAULT 0 CHECK (late BETWEEN 0 AND 1),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6 AND state <> 2),
    points INTEGER,
    answer INTEGER NOT NULL REFERENCES answers (id),
    elapsed INTEGER, -- microseconds from sending to the answer, or to giving up
    at INTEGER NOT NULL,
    PRIMARY KEY (attempt, late)
) STRICT, WITHOUT ROWID;

-- What was heard, each wording once.
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 2), -- 0 not sent, 1 perhaps sent, 2 answered
    http_status INTEGER,
    api_status TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    body BLOB NOT NULL DEFAULT x''
) STRICT;

-- Append-only: what a person decided about an uncertain order.
CREATE TABLE resolutions (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    decision TEXT NOT NULL,
    run INTEGER REFERENCES runs (id), -- whose sheet or options said so; NULL for `resolve`
    at INTEGER NOT NULL,
    evidence TEXT NOT NULL DEFAULT '' -- e.g. file and lines of the vendor's statement
) STRICT;
CREATE INDEX resolutions_by_order ON resolutions (order_id);

-- No IN with more than two values here: SQLite builds a temporary index for it at each row.
-- The database refuses what model.MOVES refuses (a test compares the two, move by move).
CREATE TRIGGER orders_start_planned BEFORE INSERT ON orders
WHEN NEW.state <> 1 OR NEW.attempts <> 0
BEGIN
    SELECT RAISE (ABORT, 'illegal move: an order starts planned');
END;

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

CREATE TRIGGER orders_stay BEFORE DELETE ON orders
BEGIN
    SELECT RAISE (ABORT, 'orders are never forgotten');
END;

CREATE TRIGGER orders_keep_their_key BEFORE UPDATE OF id, account, owner, number ON orders
BEGIN
    SELECT RAISE (ABORT, 'an order keeps its key');
END;

CREATE TRIGGER attempts_append_only BEFORE UPDATE ON attempts
BEGIN
    SELECT RAISE (ABORT, 'attempts are append-only');
END;

CREATE TRIGGER outcomes_append_only BEFORE UPDATE ON outcomes
BEGIN
    SELECT RAISE (ABORT, 'outcomes are append-only');
END;

CREATE TRIGGER resolutions_append_only BEFORE UPDATE ON resolutions
BEGIN
    SELECT RAISE (ABORT, 'resolutions are append-only');
END;

CREATE TRIGGER resolutions_stay BEFORE DELETE ON resolutions
BEGIN
    SELECT RAISE (ABORT, 'resolutions are append-only');
END;
