"""DuckDB's side of the scan: one GROUP BY over a folder of logs, of the two fields that it needs."""

import sys

import duckdb

QUERY = """
    SELECT event_type, substr(time, 1, 10) AS day, count(*)
    FROM read_json(?, format = 'newline_delimited', compression = 'gzip', ignore_errors = true,
                   columns = {event_type: 'VARCHAR', time: 'VARCHAR'})
    GROUP BY ALL
"""

groups = duckdb.connect().execute(QUERY, [f"{sys.argv[1]}/**/*.gz"]).fetchall()
print(sum(count for _, _, count in groups))
