-- The same over long times, by minute.
SELECT sum(bytes) FROM flows_by_minute;

-- What each link carried, as its switches sampled it.
SELECT link, sum(bytes) AS bytes FROM flows WHERE link != '' GROUP BY link ORDER BY bytes DESC LIMIT 10;

-- Which switches a flow came by, in time and by TTL.
SELECT flow, groupUniqArray(`switch`) AS switches, sum(bytes) AS bytes FROM flows GROUP BY flow ORDER BY bytes DESC LIMIT 10;

-- Packets that were discarded.
SELECT `switch`, drop_reason, count() AS samples FROM flows WHERE discarded GROUP BY ALL ORDER BY samples DESC LIMIT 10;
