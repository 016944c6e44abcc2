-- name: spending
WITH calls AS (
    SELECT
        a.run, a.id, a.id >> 16 AS order_id, coalesce(y.at, x.at, a.claimed_at) AS at, coalesce(y.state, x.state, 6) AS state,
        iif(y.state IS NULL, x.points, y.points) AS points
    FROM attempts AS a
    LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
    LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
),
judged AS (
    SELECT c.*, o.owner, iif(c.state = 6, (
        SELECT d.decision FROM resolutions AS d
        WHERE d.order_id = c.order_id AND d.at >= c.at AND d.at <= coalesce((
            SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
            WHERE n.id > c.id AND n.id <= c.order_id * 65536 + 65535 AND coalesce(z.state, 2) <> 1
        ), d.at) ORDER BY d.id DESC LIMIT 1
    ), NULL) AS decision
    FROM calls AS c JOIN orders AS o ON o.id = c.order_id
    WHERE o.account = ?1 AND c.at >= ?2 AND c.at < ?3
    UNION ALL
    SELECT r.id, NULL, o.id, o.settled_at, coalesce(o.stood, o.state), o.points, o.owner, NULL
    FROM orders AS o JOIN runs AS r ON r.id = o.run
    WHERE r.pruned_at IS NOT NULL AND o.account = ?1 AND o.settled_at >= ?2 AND o.settled_at < ?3
)
SELECT
    date(j.at / 1000000, 'unixepoch', 'localtime'), p.owner, r.run, count(*),
    sum(j.state = 3 OR j.state = 6 AND j.decision IS 'charged'), sum(j.state = 4 OR j.state = 5),
    sum(j.state = 6 AND (j.decision IS NULL OR j.decision = 'send_again')),
    sum(j.state = 3 OR j.state = 5 AND j.points IS NOT 0 OR j.state = 6 AND j.decision IS 'charged'),
    coalesce(sum(j.points), 0),
    sum((j.state = 3 OR j.state = 5 OR j.state = 6 AND j.decision IS 'charged') AND j.points IS NULL)
FROM judged AS j
JOIN owners AS p ON p.id = j.owner
JOIN runs AS r ON r.id = j.run
GROUP BY 1, 2, 3
ORDER BY 1, r.id, 2;

-- name: charges
WITH calls AS (
    SELECT
        a.id >> 16 AS order_id, a.id, a.run, coalesce(y.at, x.at, a.claimed_at) AS at, coalesce(y.state, x.state, 6) AS state,
        iif(y.state IS NULL, x.points, y.points) AS points, coalesce(y.answer, x.answer) AS answer,
        coalesce(y.elapsed, x.elapsed) AS elapsed, a.claimed_at
    FROM attempts AS a
    LEFT JOIN outcomes AS x ON x.attempt = a.id AND x.late = 0
    LEFT JOIN outcomes AS y ON y.attempt = a.id AND y.late = 1
)
SELECT
    o.id, p.owner, o.number, r.run, c.claimed_at, c.at, c.state, c.points, w.reason, w.http_status, w.api_status,
    w.error, w.body, iif(c.state = 6, (
        SELECT d.decision FROM resolutions AS d
        WHERE d.order_id = c.order_id AND d.at >= c.at AND d.at <= coalesce((
            SELECT min(n.claimed_at) FROM attempts AS n LEFT JOIN outcomes AS z ON z.attempt = n.id AND z.late = 0
            WHERE n.id > c.id AND n.id <= c.order_id * 65536 + 65535 AND coalesce(z.state, 2) <> 1
        ), d.at) ORDER BY d.id DESC LIMIT 1
    ), NULL)
FROM calls AS c
JOIN orders AS o ON o.id = c.order_id
JOIN owners AS p ON p.id = o.owner
JOIN runs AS r ON r.id = c.run
LEFT JOIN answers AS w ON w.id = c.answer
WHERE o.account = ?1 AND c.at >= ?2 AND c.at < ?3 AND c.state <> 1
ORDER BY c.id;
