// Package kafka is the sink that publishes to Kafka. It frames each block as
// one record batch (format v2), compressed, and sends all batches that wait for
// one leader in one request, through kafka-go's Transport.
//
// One batch of a partition is under way at a time, so order holds across
// retries. With the idempotent producer a batch that is sent twice is stored
// once: producer id, epoch and sequence are written into the batch by us and
// stay the same over all its attempts, and over restarts for what is in the spool. Where the cluster refuses a producer id,
// publishing is at least once, and spoor_kafka_idempotent is 0.
//
// Everything is tried again but for a short list of errors that would come
// again; the publisher's bounded queue limits what waits meanwhile. Kafka may be
// down at the start: setup is repeated in the background.
//
// One goroutine (Sink.run) owns all state of partitions and requests. Others
// talk to it through channels: keeper (topics, leaders, producer ids), one
// goroutine for each request, and Put's inbox.
package kafka
