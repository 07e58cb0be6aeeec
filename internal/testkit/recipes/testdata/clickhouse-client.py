"""Stands for clickhouse-client and a server: the same engine in this process, with its data in ./clickhouse.

Once tables are made it waits until all that the topic holds has been stored, or nothing was for three minutes (a machine may stall), and ends the reading.
"""
import re, sys, time
import chdb.session
import confluent_kafka as kafka


def held(text):
    """Counts the records that the topic of the queue holds."""
    setting = lambda name: re.search(name + r" = '([^']+)'", text).group(1)
    consumer = kafka.Consumer({"bootstrap.servers": setting("kafka_broker_list"), "group.id": "held"})
    topic = setting("kafka_topic_list")
    ends = [consumer.get_watermark_offsets(kafka.TopicPartition(topic, p), timeout=60) for p in consumer.list_topics(topic).topics[topic].partitions]
    consumer.close()
    return sum(high - low for low, high in ends)


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
    seen, since, wanted = 0, time.time(), held(text)
    while seen < wanted and time.time() - since < 180:
        time.sleep(0.5)
        now = int(str(session.query("SELECT count() FROM flows", "TSV")))
        if now != seen:
            seen, since = now, time.time()
    session.query("DROP TABLE flows_from_queue")
    session.query("DROP TABLE flows_queue SYNC")
session.close()
