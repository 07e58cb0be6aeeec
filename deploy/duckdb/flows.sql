-- The files of output.dir, or of `spoor replay --output out`, in DuckDB. In the folder that holds out:
--
--   duckdb flows.db -init flows.sql        then: FROM flows LIMIT 5;
--
-- An address is text, as messages on the JSON topics have it (IPv6 without ::).
CREATE OR REPLACE MACRO address(b) AS CASE octet_length(from_base64(b))
  WHEN 4 THEN concat_ws('.', ('0x' || substr(hex(from_base64(b)), 1, 2))::UTINYINT, ('0x' || substr(hex(from_base64(b)), 3, 2))::UTINYINT,
    ('0x' || substr(hex(from_base64(b)), 5, 2))::UTINYINT, ('0x' || substr(hex(from_base64(b)), 7, 2))::UTINYINT)
  WHEN 16 THEN rtrim(regexp_replace(lower(hex(from_base64(b))), '(.{4})', '\1:', 'g'), ':') END;

-- A record is one sampled packet: bytes and packets are those that it stands for. Every switch on the way reports the flow: sum only
-- where count_once. What a message leaves out is unknown, or false.
CREATE OR REPLACE VIEW flows AS SELECT
  make_timestamp_ns(timeFlowStartNs) AS time, address(samplerAddress) AS agent, switch, direction, inIf AS in_if, inIfName AS in_if_name,
  CASE outIfKind WHEN 'INTERFACE_INDEX' THEN outIf END AS out_if, outIfName AS out_if_name, link, format('{:016x}', flowId) AS flow,
  coalesce(countOnce, false) AS count_once, address(srcAddr) AS src, address(dstAddr) AS dst, srcName AS src_name, dstName AS dst_name, proto,
  srcPort AS sport, dstPort AS dport, vlanId AS vlan, vni, tunnel, ipTtl AS ttl, tcpFlags AS tcp_flags,
  coalesce(outIfKind = 'INTERFACE_DISCARDED', false) AS discarded, dropReason AS drop_reason, effectiveRate AS rate,
  bytes * effectiveRate AS bytes, packets * effectiveRate AS packets, collector
FROM read_json('out/flows.jsonl*', format = 'newline_delimited', columns = {
  timeFlowStartNs: 'BIGINT', samplerAddress: 'VARCHAR', switch: 'VARCHAR', direction: 'VARCHAR', inIf: 'UINTEGER', inIfName: 'VARCHAR',
  outIfKind: 'VARCHAR', outIf: 'UINTEGER', outIfName: 'VARCHAR', link: 'VARCHAR', flowId: 'UBIGINT', countOnce: 'BOOLEAN', srcAddr: 'VARCHAR',
  dstAddr: 'VARCHAR', srcName: 'VARCHAR', dstName: 'VARCHAR', proto: 'UTINYINT', srcPort: 'USMALLINT', dstPort: 'USMALLINT', vlanId: 'USMALLINT',
  vni: 'UINTEGER', tunnel: 'VARCHAR', ipTtl: 'UTINYINT', tcpFlags: 'USMALLINT', dropReason: 'UINTEGER', bytes: 'BIGINT', packets: 'BIGINT',
  effectiveRate: 'BIGINT', collector: 'VARCHAR'});

-- What was told of elephants, and the latest word on each flow's path.
CREATE OR REPLACE VIEW elephants AS FROM read_json('out/elephants.jsonl*', format = 'newline_delimited');
CREATE OR REPLACE VIEW paths AS
  SELECT * FROM read_json('out/paths.jsonl*', format = 'newline_delimited')
  QUALIFY row_number() OVER (PARTITION BY flow.id ORDER BY time DESC, revision DESC) = 1;
