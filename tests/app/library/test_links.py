"""Lists older than the library link from page to page too."""

from tests.app.api_world import Caller, query


def test_jobs_lead_on_by_their_cursor_and_keep_what_was_asked_for(user: Caller) -> None:
    made = [user.announce({"a.jpg": 20})["job_id"] for _ in range(3)]
    first = user.get("/jobs?limit=2&status=pending,running")
    target, rel = first.headers["link"].split("; ")
    assert rel == 'rel="next"'
    second = user.get(f"/jobs{target.strip('<>')}")
    assert [job["id"] for job in first["items"] + second["items"]] == list(reversed(made))
    assert "status=pending%2Crunning" in target
    assert "link" not in second.headers


def test_files_of_a_job_lead_to_the_pages_around_them(user: Caller) -> None:
    job_id = user.announce({f"{i}.jpg": 20 for i in range(5)})["job_id"]
    links = user.get(f"/jobs/{job_id}/files?per_page=2&page=2&sort=-number").headers["link"].split(", ")
    pages = {rel.partition('"')[2].strip('"'): target.strip("<>") for target, rel in (x.split("; ") for x in links)}
    assert {rel: query(target)["page"] for rel, target in pages.items()} == {
        "first": "1",
        "prev": "1",
        "next": "3",
        "last": "3",
    }
    answer = user.get(f"/jobs/{job_id}/files{pages['next']}")
    assert [file["original_filename"] for file in answer["items"]] == ["0.jpg"]
