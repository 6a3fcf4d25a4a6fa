from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.catalogue.detecting.details import plain_text
from chalicelib.catalogue.detecting.library import Asked, Library
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.detecting.release_dates import date_in
from chalicelib.catalogue.detecting.studios import StudioPattern
from chalicelib.catalogue.model import Entity, Marker, Named, Scene, SceneFile

TODAY = date(2026, 11, 1)


def scene(path: str, **more: object) -> Scene:
    return replace(Scene("1", "home", files=(SceneFile(path),)), **more)  # type: ignore[arg-type]


def people(*names: str) -> list[Entity]:
    return [Entity(str(i), name) for i, name in enumerate(names)]


def proposed(library: Library, of: Scene, field: str, asked: Asked | None = None) -> dict[str, float]:
    found = library.proposals(of, asked or Asked(), TODAY)
    return {p.value: p.confidence for p in found if p.field == field}


# -- performers


def test_the_longest_name_uses_its_words_up() -> None:
    library = Library(performers=people("Rose", "Rose Lee"))
    assert proposed(library, scene("/v/Walk - Rose_Lee.mp4"), "performers") == {"Rose Lee": 1.0}


def test_a_name_between_other_words_is_less_certain_than_one_by_itself() -> None:
    library = Library(performers=people("Rose Lee", "Ida"))
    found = proposed(library, scene("/v/with.Rose.Lee.and.Ida.outside.mp4"), "performers")
    assert found["Rose Lee"] == 0.95
    assert found["Ida"] == 0.8


def test_a_name_written_as_one_word_or_with_accents_is_found() -> None:
    library = Library(performers=people("Zoë O'Hara"))
    assert proposed(library, scene("/v/ZoeOHara - Walk.mp4"), "performers") == {"Zoë O'Hara": 0.9}
    assert proposed(library, scene("/v/walk (Zoe O’Hara).mp4"), "performers") == {"Zoë O'Hara": 1.0}


def test_a_first_name_alone_is_not_proposed() -> None:
    assert proposed(Library(performers=people("Rose Lee")), scene("/v/Rose at home.mp4"), "performers") == {}


def test_a_last_name_counts_where_no_other_first_name_can_stand_before_it() -> None:
    library = Library(performers=people("Rose Adams"))
    assert proposed(library, scene("/v/Adams - Walk.mp4"), "performers") == {"Rose Adams": 0.75}
    assert proposed(library, scene("/v/Ida Adams - Walk.mp4"), "performers") == {}


def test_what_two_performers_share_stays_below_the_threshold() -> None:
    library = Library(performers=[Entity("1", "Ann One", ("Annie",)), Entity("2", "Ann Two", ("Annie",))])
    assert proposed(library, scene("/v/Annie.mp4"), "performers") == {}
    shown = proposed(library, scene("/v/Annie.mp4"), "performers", Asked(threshold=0.4))
    assert shown == {"Ann One": 0.5, "Ann Two": 0.5}


def test_a_name_goes_before_anothers_alias() -> None:
    library = Library(performers=[Entity("1", "Annie"), Entity("2", "Ann Two", ("Annie",))])
    assert proposed(library, scene("/v/Annie.mp4"), "performers") == {"Annie": 1.0}


def test_an_alias_is_proposed_under_the_name() -> None:
    library = Library(performers=[Entity("1", "Rose Lee", ("Rosalie L",))])
    assert proposed(library, scene("/v/rosalie.l.walk.mp4"), "performers") == {"Rose Lee": 0.95}


def test_a_name_with_one_letter_wrong_is_just_at_the_threshold() -> None:
    library = Library(performers=people("Angela Gray"))
    assert proposed(library, scene("/v/Angela Grey walk.mp4"), "performers") == {"Angela Gray": 0.7}


def test_who_is_there_already_is_not_proposed_again_and_keeps_the_words() -> None:
    library = Library(performers=people("Rose Lee", "Lee"))
    of = scene("/v/Rose Lee.mp4", performers=(Named("0", "Rose Lee"),))
    assert proposed(library, of, "performers") == {}


def test_a_folder_counts_only_as_a_whole() -> None:
    library = Library(performers=people("Rose Lee"))
    assert proposed(library, scene("/v/Rose Lee/clip.mp4"), "performers") == {"Rose Lee": 0.9}
    assert proposed(library, scene("/v/Not Rose Lee either/clip.mp4"), "performers") == {}


def test_entities_that_are_not_to_be_tagged_are_left_alone() -> None:
    library = Library(
        performers=[Entity("1", "Jade", ignore_auto_tag=True)], tags=[Entity("2", "HD", ignore_auto_tag=True)]
    )
    of = Scene("1", "home", files=(SceneFile("/v/Jade.mp4", width=1280, height=720),))
    assert library.proposals(of, Asked(), TODAY) == []


def test_an_organized_scene_is_left_alone_unless_asked_for() -> None:
    library = Library(performers=people("Rose Lee"))
    done = scene("/v/Rose Lee.mp4", organized=True)
    assert proposed(library, done, "performers") == {}
    assert proposed(library, done, "performers", Asked(include_organized=True)) == {"Rose Lee": 1.0}


# -- studios


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        ("/media/Northlight/clip.mp4", 0.95),
        ("C:\\media\\north_light\\clip.mp4", 0.95),
        ("/media/x/Northlight - clip.mp4", 0.85),
        ("/media/from Northlight 2019/clip.mp4", 0.75),
    ],
)
def test_a_studio_by_where_its_name_stands(path: str, confidence: float) -> None:
    library = Library(studios=[Entity("1", "Northlight")])
    assert proposed(library, scene(path), "studio") == {"Northlight": confidence}


def test_a_studio_inside_a_longer_word_is_none() -> None:
    assert proposed(Library(studios=[Entity("1", "North")]), scene("/media/Northlight.mp4"), "studio") == {}


def test_the_innermost_folder_wins_and_a_studio_before_its_parent() -> None:
    library = Library(studios=[Entity("1", "Brightwater"), Entity("2", "Web Harbor", parents=("1",))])
    assert proposed(library, scene("/v/Brightwater/Web Harbor/a.mp4"), "studio") == {"Web Harbor": 0.95}
    assert proposed(library, scene("/v/Brightwater - Web Harbor - a.mp4"), "studio") == {"Web Harbor": 0.85}


def test_a_scene_with_a_studio_keeps_it() -> None:
    library = Library(studios=[Entity("1", "Northlight")])
    assert proposed(library, scene("/v/Northlight/a.mp4", studio=Named("9", "Other")), "studio") == {}


def test_an_owners_pattern_matches_whole_words() -> None:
    asked = Asked(patterns=[StudioPattern("Salt Creek", r"sc\d{4}")])
    library = Library(studios=[Entity("1", "Salt Creek")])
    assert proposed(library, scene("/v/disc2019/holiday.mp4"), "studio", asked) == {}
    assert proposed(library, scene("/v/x/a_sc2019.mp4"), "studio", asked) == {"Salt Creek": 0.9}
    assert proposed(library, scene("/v/sc2019/a.mp4"), "studio", asked) == {"Salt Creek": 0.85}


@pytest.mark.parametrize("pattern", ["(", "a" * 201])
def test_what_is_no_pattern_says_so(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|expression"):
        StudioPattern("Salt Creek", pattern).compiled()


def test_a_pattern_that_backtracks_without_end_is_stopped() -> None:
    asked = Asked(patterns=[StudioPattern("Salt Creek", r"(?:a|b|ab)*c$")])
    with pytest.raises(ValueError, match="too long"):
        proposed(Library(), scene("/v/" + "ab" * 250 + "cd.mp4"), "studio", asked)


# -- tags


def technical(**measures: object) -> dict[str, float]:
    names = [
        "1080p",
        "Full HD",
        "FHD",
        "HD",
        "4K",
        "60fps",
        "Short",
        "Medium length",
        "Standard length",
        "Long",
        "Feature length",
    ]
    of = Scene("1", "home", files=(SceneFile("/v/a.mp4", **measures),))  # type: ignore[arg-type]
    return proposed(Library(tags=people(*names)), of, "tags")


def test_tags_by_resolution_are_those_that_the_library_has() -> None:
    assert set(technical(width=1920, height=1080)) == {"1080p", "Full HD", "FHD"}
    assert set(technical(width=1080, height=1920)) == {"1080p", "Full HD", "FHD"}
    assert set(technical(width=3840, height=2160)) == {"4K"}


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(299, "Short"), (300, "Medium length"), (900, "Standard length"), (1800, "Long"), (3600, "Feature length")],
)
def test_tags_by_length(seconds: float, name: str) -> None:
    assert set(technical(duration=seconds)) == {name}


@pytest.mark.parametrize(("rate", "found"), [(59.94, {"60fps"}), (60, {"60fps"}), (50, set()), (30, set())])
def test_tags_by_frame_rate(rate: float, found: set[str]) -> None:
    assert set(technical(frame_rate=rate)) == found


def test_a_name_that_claims_a_resolution_is_not_believed() -> None:
    library = Library(tags=people("1080p", "forest"))
    of = Scene("1", "home", files=(SceneFile("/v/forest 1080p.mp4", width=640, height=480),))
    assert set(proposed(library, of, "tags")) == {"forest"}


# -- dates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Walk 2009-04-17", "2009-04-17"),
        ("walk [AB] Oct 28, 2009", "2009-10-28"),
        ("28th October 2009", "2009-10-28"),
        ("20200916-119273743-New_Walk.", "2020-09-16"),
        ("Site - 7-14-2009", "2009-07-14"),
        ("Site.example 22.11.2011", "2011-11-22"),
        ("Site 05.05.2011", "2011-05-05"),
        ("Northlight.19.03.11.Walk.1080p", "2019-03-11"),
        ("Northlight 2006-08", "2006-08"),
        ("river (2009) sc1", "2009"),
        ("Walk - July 2021", "2021-07"),
        ("Walk (Jul. 2021)", "2021-07"),
        ("Walk 2021-7-3", "2021-07-03"),
        ("walk_2021.7.13.take", "2021-07-13"),
    ],
)
def test_dates_as_they_are_written(text: str, found: str) -> None:
    assert (date_in(text, TODAY) or ("none",))[0] == found


@pytest.mark.parametrize(
    "text",
    [
        "Site 03.04.2011",  # day and month are ambiguous
        "Northlight.19.13.11.Walk",
        "Walk 2009-02-30",
        "Walk 2031-01-01",  # in the future
        "Walk 1080p 4096p",
        "Room 2009",  # a number, without brackets
        "v1.19.03.11",  # a version
        "build 2021.7.3.4",
        "Walk 2021-13-3",
        "Mayor 2021",  # no month
        "Walk may 20210",
        "119273743",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert date_in(text, TODAY) is None


def test_a_date_refines_a_less_precise_one_and_contradicts_none() -> None:
    at = "/v/Walk 2009-04-17.mp4"
    assert proposed(Library(), scene(at, scene_date="2009"), "date") == {"2009-04-17": 0.95}
    assert proposed(Library(), scene(at, scene_date="2010"), "date") == {}
    assert proposed(Library(), scene(at, scene_date="2009-04-17"), "date") == {}


def test_a_folders_date_counts_for_less() -> None:
    assert proposed(Library(), scene("/v/2009-04-17/a.mp4"), "date") == {"2009-04-17": 0.76}


# -- details and markers


def test_details_become_text_with_their_paragraphs() -> None:
    assert (
        plain_text("<p>One &amp; two<br>three</p><p>Four\nfive</p><script>x()</script>")
        == "One & two\nthree\n\nFour five"
    )
    assert plain_text("<ul><li>a</li><li>b</li></ul>") == "- a\n- b"


@pytest.mark.parametrize("details", ["plain, 3 < 4 & 5 > 2", "first\n\nsecond", "", None])
def test_details_that_are_text_are_left_alone(details: str | None) -> None:
    assert Library().proposals(scene("/v/a.mp4", details=details), Asked(), TODAY) == []


def markers(details: str, **more: object) -> list[Proposal]:
    of = Scene("1", "home", details=details, files=(SceneFile("/v/a.mp4", duration=600.0),))
    return Library().proposals(replace(of, **more), Asked(detect=("markers",)), TODAY)  # type: ignore[arg-type]


def test_the_times_that_details_list_become_markers() -> None:
    found = markers("0:10 Gate\n2:05 Bridge", markers=(Marker("Gate", 10.4),))
    assert [p.value for p in found] == [{"seconds": 125.0, "title": "Bridge"}]


@pytest.mark.parametrize(
    "details", ["0:10 Gate\n12:00 after the end", "2:05 b\n0:10 a", "at 0:10 it rains", "0:10 one alone"]
)
def test_times_that_are_no_list_make_no_markers(details: str) -> None:
    assert markers(details) == []
