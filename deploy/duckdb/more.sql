-- The elephants, by their largest rate, each with the way that its flow takes.
SELECT e.flow.id AS flow, max(e.rate_bps) AS rate_bps, any_value(p.switches) AS switches, any_value(p.state) AS path
FROM elephants e LEFT JOIN paths p ON p.flow.id = e.flow.id GROUP BY ALL ORDER BY rate_bps DESC LIMIT 10;
-- What each link carried, as its switches sampled it.
SELECT link, sum(bytes)::BIGINT AS bytes FROM flows WHERE link IS NOT NULL GROUP BY link ORDER BY bytes DESC LIMIT 10;
-- Packets that were discarded.
SELECT switch, drop_reason, count(*) AS samples FROM flows WHERE discarded GROUP BY ALL ORDER BY samples DESC LIMIT 10;
