"""Writes the golden Parquet files: nested and plain columns of every common type, several row groups, metadata."""

from __future__ import annotations

import decimal
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent / "parquet"


def people(count: int) -> pa.Table:
    """Return made-up people with their numbers, dates, contacts and notes."""
    numbers = range(count)
    return pa.table(
        {
            "id": pa.array(numbers, pa.int32()),
            "full_name": [f"Wilma{'abcdefghij'[n % 10]} Testperson" if n % 7 else None for n in numbers],
            "ssn": pa.array([219_099_000 + n for n in numbers], pa.int64()),
            "born": pa.array([date(1950 + n % 50, 1 + n % 12, 1 + n % 28) for n in numbers]),
            "seen": pa.array([datetime(2025, 3, 4, 5, n % 60, tzinfo=UTC) for n in numbers], pa.timestamp("us", "UTC")),
            "fee": pa.array([decimal.Decimal(n) / 4 for n in numbers], pa.decimal128(9, 2)),
            "score": pa.array([n / 8 for n in numbers], pa.float64()),
            "open": [n % 2 == 0 for n in numbers],
            "town": pa.array([("Pineford", "Eastmarsh")[n % 2] for n in numbers]).dictionary_encode(),
            "raw": pa.array([b"bytes of text" for _ in numbers], pa.binary()),
            "contact": [
                {"email": f"w{n}@example.com", "phones": ["406-555-0143", "406-555-0144"][: n % 3]} if n % 5 else None
                for n in numbers
            ],
            "tags": pa.array(
                [[("note", f"call 406-555-01{n % 100:02d}")] for n in numbers], pa.map_(pa.string(), pa.string())
            ),
            "visits": [[{"where": "12 Larkspur Lane", "n": n}] if n % 2 else [] for n in numbers],
        }
    )


if __name__ == "__main__":
    table = people(40).replace_schema_metadata({"author": "wilma.testperson@example.com"})
    pq.write_table(table, HERE / "people.parquet", row_group_size=15, write_page_index=True)
    pq.write_table(people(0), HERE / "no_rows.parquet")
