"""Numbers on their way into DynamoDB."""

import pytest

from chalicelib.stores.dynamo.table import from_attribute, to_attribute


@pytest.mark.parametrize("value", [7e-234, -1e-131, 0.0])
def test_what_is_nearer_to_zero_than_can_be_kept_is_zero(value: float) -> None:
    assert to_attribute(value) == {"N": "0"}


@pytest.mark.parametrize("value", [0.5, 1e-130, 3, -2.5])
def test_any_other_number_comes_back(value: float) -> None:
    assert from_attribute(to_attribute(value)) == value
