"""The calls of a whole job, as `make bench-aws` counts them."""

from __future__ import annotations

from benchmarks.calls import spent


def test_the_table_calls_of_a_job_are_counted_whatever_client_was_made_before() -> None:
    ledger = spent(3, 100_000)
    assert ledger.calls["s3:PutObject by clients"] == 3
    assert ledger.calls["dynamodb:TransactWriteItems"] >= 2  # the added files, and the findings of their inspection
    assert ledger.calls["dynamodb:UpdateItem"] >= 3  # each file is claimed
    assert ledger.writes > ledger.calls["dynamodb:UpdateItem"]
    assert ledger.reads > 0


def test_a_further_photo_costs_no_more_calls_than_the_page_of_costs_says() -> None:
    """Measured over ten more photos. Larger photos also take a fifth of a part of the zip."""
    small, large = spent(10, 100_000), spent(20, 100_000)
    more = {name: large.calls[name] - small.calls[name] for name in large.calls}
    assert more["s3:GetObject"] == 20  # inspected, and put into the zip
    assert more["s3:PutObject"] == 1  # their thumbnails
    assert more["dynamodb:TransactWriteItems"] == 1
    assert more["dynamodb:BatchWriteItem"] == 1
    assert large.reads - small.reads <= 11
    # The number of progress writes depends on the run's duration: three units each.
    progress = 3 * (more["dynamodb:UpdateItem"] - 10)
    assert large.writes - small.writes - progress <= 72
