-- The ledger in PostgreSQL, version 4: http and https of one address are one account, so that no order is paid for in both.

DROP TRIGGER orders_keep_their_key ON orders;

CREATE TEMP TABLE twins AS
SELECT k.id AS kept, t.id AS other
FROM accounts AS k JOIN accounts AS t
    ON t.id > k.id AND t.name = k.name AND t.endpoint LIKE 'http%://%' AND k.endpoint LIKE 'http%://%'
    AND substr(t.endpoint, strpos(t.endpoint, '://')) = substr(k.endpoint, strpos(k.endpoint, '://'));

-- Where both have an order, the one that says more is kept: synced, then in doubt, then failed at a price, then the rest.
-- The other one stays where it was, with its calls; it steps aside while the two change places.
UPDATE orders SET number = number || chr(1)
WHERE EXISTS (
    SELECT 1 FROM pg_temp.twins AS t JOIN orders AS s
        ON s.account = t.other AND s.owner = orders.owner AND s.number = orders.number
    WHERE t.kept = orders.account
        AND CASE s.state WHEN 3 THEN 4 WHEN 6 THEN 3 WHEN 2 THEN 3 WHEN 5 THEN 2 WHEN 4 THEN 1 ELSE 0 END
        > CASE orders.state WHEN 3 THEN 4 WHEN 6 THEN 3 WHEN 2 THEN 3 WHEN 5 THEN 2 WHEN 4 THEN 1 ELSE 0 END
);
UPDATE orders SET account = (SELECT t.kept FROM pg_temp.twins AS t WHERE t.other = orders.account)
WHERE EXISTS (
    SELECT 1 FROM pg_temp.twins AS t WHERE t.other = orders.account AND NOT EXISTS (
        SELECT 1 FROM orders AS k WHERE k.account = t.kept AND k.owner = orders.owner AND k.number = orders.number
    )
);
UPDATE orders SET
    account = (SELECT t.other FROM pg_temp.twins AS t WHERE t.kept = orders.account),
    number = substr(number, 1, length(number) - 1)
WHERE account IN (SELECT t.kept FROM pg_temp.twins AS t) AND substr(number, length(number)) = chr(1);

UPDATE runs SET account = (SELECT t.kept FROM pg_temp.twins AS t WHERE t.other = runs.account)
WHERE account IN (SELECT t.other FROM pg_temp.twins AS t);
UPDATE accounts SET highest_price = (
    SELECT max(a.highest_price) FROM accounts AS a JOIN pg_temp.twins AS t ON t.kept = accounts.id WHERE a.id = t.kept OR a.id = t.other
)
WHERE id IN (SELECT t.kept FROM pg_temp.twins AS t);
UPDATE accounts SET endpoint = substr(endpoint, strpos(endpoint, '://') + 3)
WHERE endpoint LIKE 'http%://%' AND id NOT IN (SELECT t.other FROM pg_temp.twins AS t);
DROP TABLE pg_temp.twins;

CREATE TRIGGER orders_keep_their_key BEFORE UPDATE OF id, account, owner, number ON orders FOR EACH ROW
EXECUTE FUNCTION refuse('an order keeps its key');
