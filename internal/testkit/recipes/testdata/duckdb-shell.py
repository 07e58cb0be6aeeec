"""Stands for DuckDB's shell: runs what it reads and prints the rows, a value behind the other."""
import sys

import duckdb

connection = duckdb.connect()
for statement in connection.extract_statements(sys.stdin.read()):
    answer = connection.execute(statement)
    if statement.type == duckdb.StatementType.SELECT:
        for row in answer.fetchall():
            print(*row)
