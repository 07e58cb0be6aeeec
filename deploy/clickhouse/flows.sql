-- Flow records from Kafka in ClickHouse: flows_queue reads the topic, flows keeps each record for a week, flows_by_minute what
-- each pair of hosts sent in a minute for a year. flow.proto (proto/ of spoor) belongs into the server's format_schemas folder.
--
--   clickhouse-client --queries-file flows.sql

-- All fields of FlowMessage, enums as numbers. With kafka.framing: delimited the format is Protobuf.
CREATE TABLE flows_queue (
  type Int32, time_received_ns UInt64, time_flow_start_ns UInt64, time_flow_end_ns UInt64, sequence_num UInt32, sampling_rate UInt64,
  sampler_address String, bytes UInt64, packets UInt64, src_addr String, dst_addr String, etype UInt32, proto UInt32, src_port UInt32,
  dst_port UInt32, in_if UInt32, out_if UInt32, src_mac UInt64, dst_mac UInt64, src_vlan UInt32, dst_vlan UInt32, vlan_id UInt32,
  ip_tos UInt32, forwarding_status UInt32, ip_ttl UInt32, ip_flags UInt32, tcp_flags UInt32, icmp_type UInt32, icmp_code UInt32,
  ipv6_flow_label UInt32, fragment_id UInt32, fragment_offset UInt32, src_as UInt32, dst_as UInt32, next_hop String, next_hop_as UInt32,
  src_net UInt32, dst_net UInt32, bgp_next_hop String, bgp_communities Array(UInt32), as_path Array(UInt32), mpls_ttl Array(UInt32),
  mpls_label Array(UInt32), flow_id UInt64, sub_agent_id UInt32, sample_sequence UInt32, sample_pool UInt32, agent_drops UInt32,
  source_id_class UInt32, source_id_index UInt32, in_if_kind Int32, out_if_kind Int32, drop_reason UInt32, header_protocol UInt32,
  stripped UInt32, header_length UInt32, direction Int32, count_once Bool, effective_rate UInt64, tcp_sequence UInt32,
  payload_length UInt32, quirks UInt32, `switch` String, in_if_name String, out_if_name String, link String, src_name String,
  dst_name String, vni UInt32, tunnel Int32, outer_src_addr String, outer_dst_addr String, outer_proto UInt32, outer_src_port UInt32,
  outer_dst_port UInt32, outer_ip_ttl UInt32, outer_ip_tos UInt32, queue_depth UInt32, transit_delay_ns UInt64, egress_queue UInt32,
  rdma_opcode UInt32, rdma_queue_pair UInt32, collector String, schema UInt32
) ENGINE = Kafka SETTINGS kafka_broker_list = 'kafka1:9092', kafka_topic_list = 'sflow.flows', kafka_group_name = 'clickhouse',
  kafka_format = 'ProtobufSingle', kafka_schema = 'flow.proto:FlowMessage';

-- A record is one sampled packet: bytes and packets are those that it stands for. Every switch on the way reports the flow: sum only
-- where count_once.
CREATE TABLE flows (
  time DateTime64(9) CODEC(Delta, ZSTD), collector LowCardinality(String), agent IPv6, `switch` LowCardinality(String),
  direction Enum8('unknown' = 0, 'ingress' = 1, 'egress' = 2), in_if UInt32, in_if_name LowCardinality(String), out_if UInt32,
  out_if_name LowCardinality(String), link LowCardinality(String), flow FixedString(16), count_once Bool,
  src IPv6, dst IPv6, src_name LowCardinality(String), dst_name LowCardinality(String), proto UInt8, sport UInt16, dport UInt16,
  src_mac UInt64, dst_mac UInt64, vlan UInt16, tos UInt8, ttl UInt8, tcp_flags UInt16,
  vni UInt32, tunnel Enum8('none' = 0, 'vxlan' = 1, 'geneve' = 2, 'gre' = 3, 'ipip' = 4, 'gtpu' = 5, 'mpls_pseudowire' = 6),
  outer_src IPv6, outer_dst IPv6, src_as UInt32, dst_as UInt32, discarded Bool, drop_reason UInt32,
  queue_depth UInt32, transit_delay_ns UInt64, rdma_opcode UInt8, rdma_queue_pair UInt32, rate UInt64, bytes UInt64, packets UInt64
) ENGINE = MergeTree PARTITION BY toDate(time) ORDER BY (count_once, src, dst, time) TTL toDateTime(time) + INTERVAL 7 DAY
  SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE flows_by_minute (
  minute DateTime, src IPv6, dst IPv6, proto UInt8, dport UInt16, bytes UInt64, packets UInt64, samples UInt64
) ENGINE = SummingMergeTree PARTITION BY toYYYYMM(minute) ORDER BY (minute, src, dst, proto, dport) TTL minute + INTERVAL 1 YEAR;

-- An IPv4 address is ::ffff:10.0.0.1, none ::.
CREATE FUNCTION IF NOT EXISTS address AS (a) ->
  CAST(toFixedString(multiIf(length(a) = 16, a, length(a) = 4, concat(unhex('00000000000000000000FFFF'), a), unhex(repeat('00', 16))), 16) AS IPv6);

CREATE MATERIALIZED VIEW flows_by_minute_from_flows TO flows_by_minute AS SELECT
  toStartOfMinute(toDateTime(time)) AS minute, src, dst, proto, dport, sum(bytes) AS bytes, sum(packets) AS packets, count() AS samples
FROM flows WHERE count_once GROUP BY minute, src, dst, proto, dport;

CREATE MATERIALIZED VIEW flows_from_queue TO flows AS SELECT
  fromUnixTimestamp64Nano(toInt64(time_flow_start_ns)) AS time, collector, address(sampler_address) AS agent, `switch`, direction, in_if, in_if_name,
  if(out_if_kind = 1, out_if, 0) AS out_if, out_if_name, link, lower(leftPad(hex(flow_id), 16, '0')) AS flow, count_once,
  address(src_addr) AS src, address(dst_addr) AS dst, src_name, dst_name, proto, src_port AS sport, dst_port AS dport,
  src_mac, dst_mac, vlan_id AS vlan, ip_tos AS tos, ip_ttl AS ttl, tcp_flags, vni, tunnel,
  address(outer_src_addr) AS outer_src, address(outer_dst_addr) AS outer_dst, src_as, dst_as, out_if_kind = 2 AS discarded, drop_reason,
  queue_depth, transit_delay_ns, rdma_opcode, rdma_queue_pair, effective_rate AS rate, bytes * effective_rate AS bytes, packets * effective_rate AS packets
FROM flows_queue;
