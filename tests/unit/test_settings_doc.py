"""docs/settings.md lists every setting as the code defines it."""

from chalicelib.settings import flat, read
from infra.settings_doc import PAGE, page, rows

NEEDED = ("BUCKET", "JOBS_TABLE", "ACCOUNTS_TABLE", "QUEUE_URL_PREFIX")


def test_the_page_is_made_from_the_settings() -> None:
    assert PAGE.read_text() == page(PAGE.read_text()), "run python -m infra.settings_doc"


def test_every_setting_is_there_and_says_what_it_means() -> None:
    settings = read({f"MILLRACE_{name}": "x" for name in NEEDED} | {"MILLRACE_TOKEN_KEY": "k" * 32})
    cells = [row.strip("| ").split(" | ") for row in rows()]
    assert {name.strip("`") for name, *_ in cells} == set(flat(settings))
    assert [name for name, *_, meaning in cells if len(meaning) < 10] == []
