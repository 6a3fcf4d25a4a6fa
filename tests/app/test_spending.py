"""What `make bench-aws` reckons with: the calls of a whole job, counted."""

from __future__ import annotations

from benchmarks.calls import spent


def test_the_table_calls_of_a_job_are_counted_whatever_client_was_made_before() -> None:
    ledger = spent(3, 100_000)
    assert ledger.calls["s3:PutObject by clients"] == 3
    assert ledger.calls["dynamodb:TransactWriteItems"] >= 2  # the files are added, and what inspection found of them
    assert ledger.calls["dynamodb:UpdateItem"] >= 3  # each file is claimed
    assert ledger.writes > ledger.calls["dynamodb:UpdateItem"]
    assert ledger.reads > 0
