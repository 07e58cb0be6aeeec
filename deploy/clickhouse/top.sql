-- How much there was, and who sent most.
SELECT sum(bytes) FROM flows WHERE count_once;

SELECT src, dst, sport, dport, sum(bytes) AS bytes FROM flows WHERE count_once GROUP BY ALL ORDER BY bytes DESC LIMIT 5;
