#!/usr/bin/env python3
"""Reads flow records framed for Confluent's deserializers with theirs, for a test.

confluent.py BROKERS REGISTRY TOPIC COUNT: prints the sum of the field bytes, the number of different
sample_sequence and the schema's id. The class comes from the schema that the registry gives, by protoc.
"""
import subprocess, sys, tempfile, importlib, pathlib

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, url, topic, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
registry = SchemaRegistryClient({"url": url})


def message(schema_id):
    """Gives the class of the schema's first message."""
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "written.proto").write_text(registry.get_schema(schema_id).schema_str)
    subprocess.run(["protoc", f"-I{folder}", f"--descriptor_set_out={folder}/set", "written.proto"], check=True)
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    files = descriptor_pb2.FileDescriptorSet.FromString((folder / "set").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for f in files.file:
        pool.Add(f)
    first = files.file[-1]
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{first.package}.{first.message_type[0].name}"))


consumer = Consumer({"bootstrap.servers": brokers, "group.id": "confluent-" + topic, "auto.offset.reset": "earliest"})
consumer.subscribe([topic])
total, seen, ids, read = 0, set(), set(), None
for _ in range(count):
    m = consumer.poll(30)
    if m is None or m.error():
        sys.exit(f"{topic}: {m and m.error()} after {len(seen)} records")
    value = m.value()
    schema_id = int.from_bytes(value[1:5], "big")
    if schema_id not in ids:
        ids.add(schema_id)
        # Without the registry: the library asks for compiled schemas, which only Confluent's own gives.
        read = ProtobufDeserializer(message(schema_id), {"use.deprecated.format": False})
    flow = read(value, SerializationContext(topic, MessageField.VALUE))
    total += flow.bytes
    seen.add(flow.sample_sequence)
consumer.close()
print(total, len(seen), *ids)
