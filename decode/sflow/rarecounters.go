package sflow

import "spoor/decode/xdr"

// TokenRingCounters is tokenring_counters: dot5Stats of RFC 1748.
type TokenRingCounters struct {
	LineErrors         uint32 `sflow:"dot5StatsLineErrors"`
	BurstErrors        uint32 `sflow:"dot5StatsBurstErrors"`
	ACErrors           uint32 `sflow:"dot5StatsACErrors"`
	AbortTransErrors   uint32 `sflow:"dot5StatsAbortTransErrors"`
	InternalErrors     uint32 `sflow:"dot5StatsInternalErrors"`
	LostFrameErrors    uint32 `sflow:"dot5StatsLostFrameErrors"`
	ReceiveCongestions uint32 `sflow:"dot5StatsReceiveCongestions"`
	FrameCopiedErrors  uint32 `sflow:"dot5StatsFrameCopiedErrors"`
	TokenErrors        uint32 `sflow:"dot5StatsTokenErrors"`
	SoftErrors         uint32 `sflow:"dot5StatsSoftErrors"`
	HardErrors         uint32 `sflow:"dot5StatsHardErrors"`
	SignalLoss         uint32 `sflow:"dot5StatsSignalLoss"`
	TransmitBeacons    uint32 `sflow:"dot5StatsTransmitBeacons"`
	Recoverys          uint32 `sflow:"dot5StatsRecoverys"` //nolint:misspell // RFC 1748 spells it so
	LobeWires          uint32 `sflow:"dot5StatsLobeWires"`
	Removes            uint32 `sflow:"dot5StatsRemoves"`
	Singles            uint32 `sflow:"dot5StatsSingles"`
	FreqErrors         uint32 `sflow:"dot5StatsFreqErrors"`
}

// Parse reads the structure.
func (t *TokenRingCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*t = TokenRingCounters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// VGCounters is vg_counters: dot12 of RFC 2020.
type VGCounters struct {
	InHighPriorityFrames    uint32 `sflow:"dot12InHighPriorityFrames"`
	InHighPriorityOctets    uint64 `sflow:"dot12InHighPriorityOctets"`
	InNormPriorityFrames    uint32 `sflow:"dot12InNormPriorityFrames"`
	InNormPriorityOctets    uint64 `sflow:"dot12InNormPriorityOctets"`
	InIPMErrors             uint32 `sflow:"dot12InIPMErrors"`
	InOversizeFrameErrors   uint32 `sflow:"dot12InOversizeFrameErrors"`
	InDataErrors            uint32 `sflow:"dot12InDataErrors"`
	InNullAddressedFrames   uint32 `sflow:"dot12InNullAddressedFrames"`
	OutHighPriorityFrames   uint32 `sflow:"dot12OutHighPriorityFrames"`
	OutHighPriorityOctets   uint64 `sflow:"dot12OutHighPriorityOctets"`
	TransitionIntoTrainings uint32 `sflow:"dot12TransitionIntoTrainings"`
	HCInHighPriorityOctets  uint64 `sflow:"dot12HCInHighPriorityOctets"`
	HCInNormPriorityOctets  uint64 `sflow:"dot12HCInNormPriorityOctets"`
	HCOutHighPriorityOctets uint64 `sflow:"dot12HCOutHighPriorityOctets"`
}

// Parse reads the structure.
func (v *VGCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*v = VGCounters{
		c.Uint32(), c.Uint64(), c.Uint32(), c.Uint64(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint64(), c.Uint32(), c.Uint64(), c.Uint64(), c.Uint64(),
	}
	return c.Fault()
}

// IEEE80211Counters is ieee80211_counters: dot11 of IEEE 802.11.
type IEEE80211Counters struct {
	TransmittedFragmentCount       uint32 `sflow:"dot11TransmittedFragmentCount"`
	MulticastTransmittedFrameCount uint32 `sflow:"dot11MulticastTransmittedFrameCount"`
	FailedCount                    uint32 `sflow:"dot11FailedCount"`
	RetryCount                     uint32 `sflow:"dot11RetryCount"`
	MultipleRetryCount             uint32 `sflow:"dot11MultipleRetryCount"`
	FrameDuplicateCount            uint32 `sflow:"dot11FrameDuplicateCount"`
	RTSSuccessCount                uint32 `sflow:"dot11RTSSuccessCount"`
	RTSFailureCount                uint32 `sflow:"dot11RTSFailureCount"`
	ACKFailureCount                uint32 `sflow:"dot11ACKFailureCount"`
	ReceivedFragmentCount          uint32 `sflow:"dot11ReceivedFragmentCount"`
	MulticastReceivedFrameCount    uint32 `sflow:"dot11MulticastReceivedFrameCount"`
	FCSErrorCount                  uint32 `sflow:"dot11FCSErrorCount"`
	TransmittedFrameCount          uint32 `sflow:"dot11TransmittedFrameCount"`
	WEPUndecryptableCount          uint32 `sflow:"dot11WEPUndecryptableCount"`
	QoSDiscardedFragmentCount      uint32 `sflow:"dot11QoSDiscardedFragmentCount"`
	AssociatedStationCount         uint32 `sflow:"dot11AssociatedStationCount"`
	QoSCFPollsReceivedCount        uint32 `sflow:"dot11QoSCFPollsReceivedCount"`
	QoSCFPollsUnusedCount          uint32 `sflow:"dot11QoSCFPollsUnusedCount"`
	QoSCFPollsUnusableCount        uint32 `sflow:"dot11QoSCFPollsUnusableCount"`
	QoSCFPollsLostCount            uint32 `sflow:"dot11QoSCFPollsLostCount"`
}

// Parse reads the structure.
func (i *IEEE80211Counters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*i = IEEE80211Counters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}

// SlowPathCounts is slow_path_counts: packets that the processor forwards, by why.
type SlowPathCounts struct {
	Unknown     uint32
	Other       uint32
	CAMMiss     uint32
	CAMFull     uint32
	NoHWSupport uint32
	Cntrl       uint32
}

// Parse reads the structure.
func (s *SlowPathCounts) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*s = SlowPathCounts{c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// RadioUtilization is radio_utilization: use of a radio channel.
type RadioUtilization struct {
	ElapsedTime       uint32 // ms
	OnChannelTime     uint32 // ms
	OnChannelBusyTime uint32 // ms
}

// Parse reads the structure.
func (r *RadioUtilization) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*r = RadioUtilization{c.Uint32(), c.Uint32(), c.Uint32()}
	return c.Fault()
}

// QueueLengthCounters is queue_length: how often a queue had which length.
type QueueLengthCounters struct {
	QueueIndex      uint32
	SegmentSize     uint32 // bytes
	QueueSegments   uint32
	QueueLength0    uint32 `sflow:"queue_length_0"`
	QueueLength1    uint32 `sflow:"queue_length_1"`
	QueueLength2    uint32 `sflow:"queue_length_2"`
	QueueLength4    uint32 `sflow:"queue_length_4"`
	QueueLength8    uint32 `sflow:"queue_length_8"`
	QueueLength32   uint32 `sflow:"queue_length_32"`
	QueueLength128  uint32 `sflow:"queue_length_128"`
	QueueLength1024 uint32 `sflow:"queue_length_1024"`
	QueueLengthMore uint32
	Dropped         uint32
}

// Parse reads the structure.
func (q *QueueLengthCounters) Parse(b []byte) xdr.Fault {
	c := xdr.NewCursor(b)
	*q = QueueLengthCounters{
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
		c.Uint32(), c.Uint32(), c.Uint32(), c.Uint32(),
	}
	return c.Fault()
}
