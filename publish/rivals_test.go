package publish_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/twmb/franz-go/pkg/kgo"

	"spoor/publish"
	kafkasink "spoor/publish/kafka"
)

const (
	blockBytes   = 256 << 10         // of a batch before compression, for all
	batchRecords = blockBytes / 198  // of a batch, for those who count records
	outstanding  = 16 * batchRecords // records that may wait for an answer
	topic        = "cost.flows"
	linger       = 20 * time.Millisecond
)

// records gives keys and values with about the redundancy of flow records, 188 bytes
// together: the same as those of the prototype that we are compared with.
func records() (keys, values [1000][]byte) {
	r := rand.New(rand.NewPCG(1, 1))
	for i := range values {
		v := make([]byte, 180)
		for j := range v {
			v[j] = byte(j)
			if j%4 == 0 {
				v[j] = byte(r.Uint32())
			}
		}
		keys[i], values[i] = binary.BigEndian.AppendUint64(nil, r.Uint64()), v
	}
	return keys, values
}

// clients publish n records to the broker and give how many were acknowledged.
var clients = map[string]func(ctx context.Context, broker, codec string, n int) (int64, error){
	"spoor": func(ctx context.Context, broker, codec string, n int) (int64, error) {
		keys, values := records()
		return publishWith(ctx, broker, codec, n, func(e *publish.Encoder, i int, now int64) {
			e.Put(keys[i%len(keys)], values[i%len(values)], now)
		})
	},
	"spoor from samples": func(ctx context.Context, broker, codec string, n int) (int64, error) {
		samples, labels := publish.EverydaySamples()
		return publishWith(ctx, broker, codec, n, func(e *publish.Encoder, i int, now int64) {
			s := samples[i%len(samples)]
			s.Received = now
			e.Flow(s, labels)
		})
	},
	"kafka-go Writer":  writeAll,
	"kafka-go Produce": produceAll,
	"franz-go":         franzAll,
}

func publishWith(ctx context.Context, broker, codec string, n int, put func(e *publish.Encoder, i int, now int64)) (int64, error) {
	cfg := kafkasink.DefaultConfig()
	cfg.Brokers, cfg.TopicPrefix, cfg.Compression, cfg.Partitions = []string{broker}, "cost.", codec, partitions
	s, err := kafkasink.New(cfg)
	if err != nil {
		return 0, err
	}
	pc := publish.DefaultConfig()
	pc.Collector, pc.Wait, pc.QueueBytes = "dc1", true, 16*blockBytes
	p := publish.New(pc, s)
	if err := p.Start(); err != nil {
		return 0, err
	}
	e, now := p.Encoder(), time.Now().UnixNano()
	for i := range n {
		put(e, i, now)
	}
	e.Close()
	if err := p.Close(ctx); err != nil {
		return 0, err
	}
	return int64(p.Stats()[publish.Flows].Acknowledged), nil
}

func writeAll(ctx context.Context, broker, codec string, n int) (int64, error) {
	var ok, failed atomic.Int64
	keys, values := records()
	w := &kafka.Writer{
		Addr: kafka.TCP(broker), Topic: topic, Balancer: kafka.Murmur2Balancer{Consistent: true}, BatchSize: batchRecords,
		BatchTimeout: linger, RequiredAcks: kafka.RequireAll, Async: true, Compression: goCodec(codec),
		Completion: func(m []kafka.Message, err error) {
			if err != nil {
				failed.Add(int64(len(m)))
				return
			}
			ok.Add(int64(len(m)))
		},
	}
	messages := make([]kafka.Message, 0, 500)
	for i := 0; i < n; {
		for messages = messages[:0]; len(messages) < cap(messages) && i < n; i++ {
			messages = append(messages, kafka.Message{Key: keys[i%len(keys)], Value: values[i%len(values)]})
		}
		if err := w.WriteMessages(ctx, messages...); err != nil {
			return 0, err
		}
		for int64(i)-ok.Load()-failed.Load() > outstanding {
			time.Sleep(time.Millisecond)
		}
	}
	err := w.Close()
	return ok.Load(), err
}

func goCodec(codec string) kafka.Compression {
	return map[string]kafka.Compression{"lz4": kafka.Lz4, "zstd": kafka.Zstd}[codec]
}

func produceAll(ctx context.Context, broker, codec string, n int) (int64, error) {
	c := &kafka.Client{Addr: kafka.TCP(broker), Transport: &kafka.Transport{MetadataTopics: []string{topic}}}
	keys, values := records()
	var ok atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, partitions)
	now := time.Now()
	for p := range partitions {
		wg.Go(func() {
			batch := make([]protocol.Record, 0, batchRecords)
			for i := p; i < n && errs[p] == nil; i += partitions {
				batch = append(batch, protocol.Record{
					Time: now, Key: protocol.NewBytes(keys[i%len(keys)]), Value: protocol.NewBytes(values[i%len(values)]),
				})
				if len(batch) < cap(batch) && i+partitions < n {
					continue
				}
				res, err := c.Produce(ctx, &kafka.ProduceRequest{
					Topic: topic, Partition: p, RequiredAcks: kafka.RequireAll, Compression: goCodec(codec), Records: kafka.NewRecordReader(batch...),
				})
				if err == nil {
					err = res.Error
				}
				if errs[p] = err; err == nil {
					ok.Add(int64(len(batch)))
				}
				batch = batch[:0]
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return ok.Load(), err
		}
	}
	return ok.Load(), nil
}

func franzAll(ctx context.Context, broker, codec string, n int) (int64, error) {
	compression := kgo.NoCompression()
	switch codec {
	case "lz4":
		compression = kgo.Lz4Compression()
	case "zstd":
		compression = kgo.ZstdCompression().WithLevel(1)
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.DefaultProduceTopic(topic), kgo.ProducerBatchCompression(compression),
		kgo.ProducerBatchMaxBytes(blockBytes), kgo.MaxBufferedRecords(outstanding), kgo.ProducerLinger(linger))
	if err != nil {
		return 0, err
	}
	defer c.Close()
	keys, values := records()
	var ok atomic.Int64
	for i := range n {
		c.Produce(ctx, &kgo.Record{Key: keys[i%len(keys)], Value: values[i%len(values)]}, func(_ *kgo.Record, err error) {
			if err == nil {
				ok.Add(1)
			}
		})
	}
	err = c.Flush(ctx)
	return ok.Load(), err
}

// runClient publishes and says how much memory each record took from the heap.
func runClient(name, broker, codec string, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ok, err := clients[name](ctx, broker, codec, n)
	if err == nil && ok != int64(n) {
		err = fmt.Errorf("%d of %d records were acknowledged", ok, n)
	}
	runtime.ReadMemStats(&after)
	fmt.Println(after.Mallocs - before.Mallocs)
	return err
}
