"""Stands for clickhouse-client and a server: the same engine in this process, with its data in ./clickhouse.

Once tables are made it waits until all that the Kafka engine reads has been stored, and ends the reading.
"""
import sys, time
import chdb.session

assert sys.argv[1] == "--queries-file"
session = chdb.session.Session("clickhouse")
text = open(sys.argv[2]).read()
for query in text.split(";"):
    try:
        if query.strip():
            print(session.query(query, "TSV"), end="")
    except Exception as e:
        # Embedded, the engine makes the table, says this, and yet reads.
        if "ENGINE = Kafka" not in query or "Shutdown was called" not in str(e):
            raise
if "Kafka" in text:
    seen = since = 0
    while not seen or time.time() - since < 12:
        time.sleep(0.5)
        now = int(str(session.query("SELECT count() FROM flows", "TSV")))
        if now != seen:
            seen, since = now, time.time()
    session.query("DROP TABLE flows_from_queue")
    session.query("DROP TABLE flows_queue SYNC")
session.close()
