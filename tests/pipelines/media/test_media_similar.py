"""Near duplicates, without comparing all pairs."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.media import similar
from chalicelib.pipelines.media.similar import similar_groups


def flipped(value: int, *bits: int) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value


def by_all_pairs(hashes: list[tuple[int, int]], distance: int) -> list[list[int]]:
    """The definition itself: each joins the nearest leader within reach, or leads."""
    leaders: list[tuple[int, list[int]]] = []
    for number, value in hashes:
        near = min(leaders, key=lambda leader: (leader[0] ^ value).bit_count(), default=None)
        if near and (near[0] ^ value).bit_count() <= distance:
            near[1].append(number)
        else:
            leaders.append((value, [number]))
    return [group for _, group in leaders if len(group) > 1]


def test_photos_within_the_distance_are_one_group_led_by_the_best() -> None:
    base = 0x0123456789ABCDEF
    hashes = [(9, base), (4, flipped(base, 0, 63)), (7, flipped(base, 1, 2, 3)), (1, ~base & (1 << 64) - 1)]
    assert similar_groups(hashes, 2) == [[9, 4]]
    assert similar_groups(hashes, 3) == [[9, 4, 7]]
    assert similar_groups(hashes, 0) == []


def test_small_steps_do_not_chain_photos_together_that_are_far_apart() -> None:
    chain = [(0, 0)]
    for step in range(1, 12):
        chain.append((step, flipped(chain[-1][1], 3 * step, 3 * step + 1)))
    for group in similar_groups(chain, 4):
        values = [dict(chain)[number] for number in group]
        assert max((values[0] ^ value).bit_count() for value in values) <= 4


@given(st.integers(0, 10), st.integers(0, 2**32), st.integers(1, 40))
def test_groups_cover_what_comparing_all_pairs_covers(distance: int, seed: int, count: int) -> None:
    rng = random.Random(seed)
    seeds = [rng.getrandbits(64) for _ in range(4)]
    hashes = [
        (number, flipped(rng.choice(seeds), *rng.sample(range(64), rng.randint(0, 12)))) for number in range(count)
    ]
    found, expected = similar_groups(hashes, distance), by_all_pairs(hashes, distance)
    values = dict(hashes)
    leaders = {group[0] for group in expected}
    # Between leaders that are equally near, either is right; how near, and who leads, is not open.
    assert sorted(n for g in found for n in g[1:]) == sorted(n for g in expected for n in g[1:])
    for group in found:
        for number in group[1:]:
            nearest = min((values[leader] ^ values[number]).bit_count() for leader in leaders)
            assert (values[group[0]] ^ values[number]).bit_count() <= max(nearest, distance)


def test_ten_thousand_photos_take_a_small_part_of_all_comparisons() -> None:
    rng = random.Random(3)
    originals = [rng.getrandbits(64) for _ in range(5_000)]
    hashes = list(enumerate(originals + [flipped(h, *rng.sample(range(64), 3)) for h in originals]))
    compared = 0
    nearest = similar._nearest

    def counting(value: int, leaders: object, distance: int) -> int | None:
        nonlocal compared
        seen = list(leaders)  # type: ignore[call-overload]
        compared += len(seen)
        return nearest(value, iter(seen), distance)

    similar._nearest = counting
    try:
        groups = similar_groups(hashes, 6)
    finally:
        similar._nearest = nearest
    assert sorted(map(sorted, groups)) == [[number, number + 5_000] for number in range(5_000)]
    assert compared < 0.02 * 10_000 * 10_000 / 2


def test_ten_thousand_equal_hashes_are_one_group() -> None:
    assert similar_groups(((number, 42) for number in range(10_000)), 10) == [list(range(10_000))]
