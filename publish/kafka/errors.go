package kafka

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
)

// verdict says what an answer means for a batch.
type verdict uint8

const (
	stored   verdict = iota
	again            // try again
	renew            // try again with a new producer id
	tooLarge         // larger than the topic takes: halve it, or drop its only record
	rejected         // drop: it would be refused again
)

// maxCorrupt bounds the attempts of a batch that a broker finds corrupt: the
// network may have hurt it, or it is so.
const maxCorrupt = 5

// judge judges the answer to a batch's attempt number tries (from 1).
func judge(err error, tries int) verdict {
	if err == nil {
		return stored
	}
	var answer *brokerError
	if !errors.As(err, &answer) {
		return again
	}
	switch kafka.Error(answer.code) {
	case kafka.DuplicateSequenceNumber:
		return stored // by an attempt whose answer we did not see
	case kafka.OutOfOrderSequenceNumber, kafka.UnknownProducerId, kafka.InvalidProducerEpoch, kafka.InvalidProducerIDMapping, kafka.ProducerFenced:
		return renew
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge:
		return tooLarge
	case kafka.InvalidTopic, kafka.TopicAuthorizationFailed, kafka.ClusterAuthorizationFailed, kafka.InvalidTimestamp,
		kafka.UnsupportedForMessageFormat, kafka.PolicyViolation, kafka.UnsupportedCompressionType, kafka.InvalidRecord,
		kafka.InvalidRequiredAcks:
		return rejected
	case kafka.InvalidMessage:
		if tries >= maxCorrupt {
			return rejected
		}
		return again
	default:
		return again
	}
}

// forbidden reports whether we lack a right.
func forbidden(err error) bool {
	var answer *brokerError
	if !errors.As(err, &answer) {
		return false
	}
	return answer.code == int16(kafka.TopicAuthorizationFailed) || answer.code == int16(kafka.ClusterAuthorizationFailed)
}

// refused reports whether a cluster will not give a producer id at all.
func refused(err error) bool {
	var answer *brokerError
	if !errors.As(err, &answer) {
		return false
	}
	switch kafka.Error(answer.code) {
	case kafka.ClusterAuthorizationFailed, kafka.UnsupportedVersion, kafka.InvalidRequest, kafka.TransactionalIDAuthorizationFailed:
		return true
	default:
		return false
	}
}

// Bounds of the pause before another attempt.
const (
	minPause = 50 * time.Millisecond
	maxPause = time.Second
)

// pause gives the time to wait after attempt number tries: doubling, with jitter.
func pause(tries int) time.Duration {
	d := min(minPause<<min(max(tries-1, 0), 8), maxPause)
	return d/2 + rand.N(d/2+1)
}
