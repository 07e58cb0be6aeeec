-- How much there was, and who sent most.
SELECT sum(bytes)::BIGINT AS bytes FROM flows WHERE count_once;
SELECT src, dst, sport, dport, sum(bytes)::BIGINT AS bytes FROM flows WHERE count_once GROUP BY ALL ORDER BY bytes DESC LIMIT 5;
