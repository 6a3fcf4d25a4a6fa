"""The last step: joins the placed words of each recording, judges them, and writes the results."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from chalicelib.pipelines.base import InspectedFile, Member, PipelineFailed, RunContext
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.speech import names
from chalicelib.pipelines.speech.aligning import UNITS
from chalicelib.pipelines.speech.arpabet import IPA, syllables
from chalicelib.pipelines.speech.audio import RATE
from chalicelib.pipelines.speech.inspecting import CONTENT_TYPES
from chalicelib.pipelines.speech.languages import language_of
from chalicelib.pipelines.speech.sounds import INDEX
from chalicelib.pipelines.speech.stages import (
    MISSING,
    MISSING_NAME,
    TRANSCRIPTS,
    WORDS,
    load_json,
    missing_dictionary,
    pairing_of,
    save_json,
    tokens_of,
)
from chalicelib.pipelines.speech.verdicts import FAILED, Evidence, judge
from chalicelib.pipelines.speech.writing import elan, report, subtitles
from chalicelib.pipelines.speech.writing.model import Aligned, Interval, Speaker, SpokenUtterance, WordInterval
from chalicelib.pipelines.speech.writing.textgrid import textgrid

LOW = 0.5
TEXTGRID = "text/plain; charset=utf-8"
MOST_TOLD = 20  # warnings about one file in a result's metadata


def write(job: RunContext) -> None:
    """Writes verdicts, artifacts and the result. Raises PipelineFailed where not one recording could be aligned."""
    pairing = pairing_of(job)
    saved = _Saved(job)
    aligned: list[tuple[InspectedFile, Aligned]] = []
    evidence: Counter[str] = Counter()
    taken: set[str] = set()
    for count, (file, _) in enumerate(pairing.pairs):
        job.progress(60 * count / max(1, len(pairing.pairs)), file.filename)
        one, found = saved.recording(file)
        one.stem = _free(names.stem_of(file.filename), taken)
        evidence["low"] += found.low
        evidence["placed"] += found.placed
        aligned.append((file, one))
        details = {"words": one.words, "duration": round(one.seconds, 3)}
        if found.placed:
            details["confidence"] = round(1 - found.low / found.placed, 3)
        job.verdict(file, one.verdict, one.message, **details)
    for file, reason in pairing.alone:
        job.verdict(file, FAILED, reason)
    if all(one.verdict == FAILED for _, one in aligned):
        reasons = "; ".join(f"{one.recording}: {one.message}" for _, one in aligned[:3])
        raise PipelineFailed("nothing_aligned", f"No recording could be aligned. {reasons}")
    _hand_over(job, aligned, [(file.filename, reason) for file, reason in pairing.alone], saved, evidence)


class _Saved:
    """The data that earlier steps saved, by recording."""

    def __init__(self, job: RunContext) -> None:
        self._job = job
        self.transcripts = load_json(job, TRANSCRIPTS)
        words = load_json(job, WORDS)
        self._tokens, self._utterances = tokens_of(words), words["utterances"]
        self.missing = load_json(job, MISSING)
        self.sounds = load_json(job, INDEX)["files"]
        planned = load_json(job, UNITS)
        self._beyond = planned["long"]
        self._placed: dict[tuple[int, int, int], list[tuple[list[Any], dict[str, Any]]]] = defaultdict(list)
        for number, (first, last) in enumerate(planned["slices"]):
            for row, placed in zip(planned["units"][first:last], load_json(job, f"placed-{number}.json"), strict=True):
                self._placed[row[0], row[1], row[2]].append((row, placed))
        language = language_of(job)
        told = [Caution(*row) for row in [*self.transcripts.get("cautions", []), *words["cautions"]]]
        self.cautions = [*([language.caution] if language.caution else []), *told]

    def recording(self, file: InspectedFile) -> tuple[Aligned, Evidence]:
        key = str(file.number)
        sound, told = self.sounds[key], self.transcripts.get(key, {})
        one = Aligned(
            recording=file.filename,
            transcript=told.get("transcript"),
            stem="",
            seconds=sound.get("seconds", 0.0),
            verdict=FAILED,
            message=sound.get("failed") or told.get("failed"),
            warnings=[Caution(*row) for row in [*sound.get("warnings", []), *told.get("cautions", [])]],
        )
        if one.message:
            return one, Evidence(0, 0, 0, 0, 0, 0, 0)
        sums: Counter[str] = Counter()
        unheard: list[str] = []  # noises
        score = spoken = untranscribed = 0.0
        for t, tier in enumerate(told["tiers"]):
            utterances = []
            for u, utterance in enumerate(tier["utterances"]):
                beyond = self._beyond.get(f"{key}/{t}/{u}", {})
                units = self._placed[file.number, t, u]
                utterances.append(self._utterance(file.number, t, u, utterance, one.seconds, beyond))
                numbers = self._utterances[key][t][u]
                sums["words"] += sum(self._tokens[n].kind != "noise" for n in numbers)
                sums["mute"] += sum(not self._tokens[n].pronunciations for n in numbers)
                sums["coarse"] += sum(placed["coarse"] for _, placed in units)
                unheard += [label for _, placed in units for label in placed["unheard_noises"]]
                untranscribed += beyond.get("untranscribed", 0) + sum(placed["untranscribed"] for _, placed in units)
                spoken += sum(placed["spoken"] for _, placed in units)
                score += sum(placed["score"] * placed["spoken"] for _, placed in units)
            one.speakers.append(Speaker(tier["name"], tuple(utterances)))
        one.warnings += _unheard(one.speakers, unheard)
        words = [w for speaker in one.speakers for w in speaker.words if w.kind != "noise"]
        one.words = len(words)
        found = Evidence(
            words=sums["words"],
            placed=len(words),
            low=sum((w.confidence or 0) < LOW for w in words),
            spoken=spoken,
            untranscribed=untranscribed,
            score=score / spoken if spoken else 0.0,
            coarse=sums["coarse"],
            unpronounceable=sums["mute"],
        )
        one.verdict, one.reasons = judge(found)
        one.message = " ".join(reason.message for reason in one.reasons) or None
        if not words:
            one.speakers = []
        return one, found

    def _utterance(
        self, number: int, t: int, u: int, told: dict[str, Any], seconds: float, beyond: dict[str, Any]
    ) -> SpokenUtterance:
        words: list[WordInterval] = []
        unspoken = [self._tokens[self._utterances[str(number)][t][u][i]].label for i in beyond.get("unspoken", [])]
        for row, placed in self._placed[number, t, u]:
            unspoken += placed["unspoken"]
            for word in placed["words"]:
                made = self._word(word, row[5] / RATE, seconds, words[-1].end if words else told["start"])
                if made is not None:
                    words.append(made)
        return SpokenUtterance(told["text"], told["start"], told["end"], None, tuple(words), tuple(unspoken))

    def _word(self, word: dict[str, Any], offset: float, seconds: float, after: float) -> WordInterval | None:
        """The word in the recording's own time; None where the word before leaves nothing of it."""
        phones = []
        for phone in word["phones"]:
            start, end = max(after, phone["start"] + offset), min(seconds, phone["end"] + offset)
            if end - start > 1e-6:
                phones.append((phone["name"], start, end, phone["confidence"]))
        start, end = max(after, word["start"] + offset), min(seconds, word["end"] + offset)
        if phones:
            start, end = phones[0][1], phones[-1][2]
        if end - start <= 1e-6:
            return None
        ipa = self._job.options.phones == "ipa"
        spelled = [Interval(IPA.get(p, p) if ipa else p, a, b, sure) for p, a, b, sure in phones]
        parts: list[Interval] = []
        if self._job.options.syllables and phones:
            for first, last in syllables([p for p, *_ in phones]):
                label = (
                    "".join(p.label for p in spelled[first:last])
                    if ipa
                    else " ".join(p.label for p in spelled[first:last])
                )
                parts.append(Interval(label, phones[first][1], phones[last - 1][2]))
        sure = None if word["kind"] == "noise" else word["confidence"]
        return WordInterval(
            word["label"], start, end, sure, word["kind"], word["guessed"], tuple(spelled), tuple(parts)
        )


def _unheard(speakers: list[Speaker], noises: list[str]) -> list[Caution]:
    """Warnings that name the words and noises of the transcript that no tier of words has."""
    words = [label for speaker in speakers for u in speaker.utterances for label in u.unspoken]
    found = []
    for code, labels, kind in (("not_heard", words, "word"), ("noise_not_heard", noises, "noise")):
        named = ", ".join(labels[:20]) + (", …" if labels[20:] else "")
        what = f"{counted(len(labels), kind)} {'was' if len(labels) == 1 else 'were'} not heard: {named}."
        if labels:
            found.append(Caution(code, what, {"count": len(labels), "names": named}))
    return found


def _hand_over(
    job: RunContext,
    aligned: list[tuple[InspectedFile, Aligned]],
    alone: list[tuple[str, str]],
    saved: _Saved,
    evidence: Counter[str],
) -> None:
    done = [(file, one) for file, one in aligned if one.speakers]
    grids = {one.stem: textgrid(one) for _, one in done}
    if len(done) == 1 and len(aligned) == 1:
        stem, content = next(iter(grids.items()))
        job.artifact("textgrid", content, f"{PurePosixPath(stem).name}.TextGrid", TEXTGRID)
    else:
        members = [Member(f"{stem}.TextGrid", content) for stem, content in grids.items()]
        job.archive("textgrid", f"{_title(job, aligned)}_textgrids.zip", members)
    job.progress(75)
    everyone = [one for _, one in aligned]
    documents = {
        "alignment.json": _document(job, everyone, saved),
        "alignment.csv": report.table([one for _, one in done]),
        "README.txt": report.readme(everyone, alone, saved.missing, saved.cautions, job.options.language),
    }
    if saved.missing:
        documents[MISSING_NAME] = missing_dictionary(saved.missing).encode()
    job.archive("complete", f"{_title(job, aligned)}_aligned.zip", _members(job, done, grids, documents))
    counts = Counter(one.verdict for one in everyone)
    cautions = [saved.cautions, *([caution.about(one.recording) for caution in one.warnings] for one in everyone)]
    warnings = [caution.answered() for about in cautions for caution in about[:MOST_TOLD]]
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts))
    placed = evidence["placed"]
    job.result(
        f"{len(everyone)} recording{'s' if len(everyone) != 1 else ''}: {told}; {placed} words placed",
        round(1 - evidence["low"] / placed, 3) if placed else None,
        {
            "verdicts": dict(counts),
            "words": placed,
            "seconds": round(sum(one.seconds for one in everyone), 3),
            "missing_words": len(saved.missing),
            "unpaired": len(alone),
            "language": job.options.language,
            "warnings": warnings[: 5 * MOST_TOLD],
            "warnings_count": sum(map(len, cautions)),
        },
    )


def _document(job: RunContext, everyone: list[Aligned], saved: _Saved) -> bytes:
    save_json(
        job,
        "alignment.json",
        {
            "language": job.options.language,
            "phones": job.options.phones,
            "warnings": [caution.answered() for caution in saved.cautions],
            "missing_words": saved.missing,
            "recordings": [one.as_json() for one in everyone],
        },
    )
    return job.load("alignment.json").read_bytes()


def _members(
    job: RunContext, done: list[tuple[InspectedFile, Aligned]], grids: dict[str, bytes], documents: dict[str, bytes]
) -> Iterator[Member]:
    for file, one in done:
        extension = names.extension_of(file.filename)
        media = f"audio/{one.stem}{extension}"
        up = "../" * (one.stem.count("/") + 1)
        yield Member(media, job.checksum(file))
        yield Member(f"textgrids/{one.stem}.TextGrid", grids[one.stem])
        kind = CONTENT_TYPES.get(extension, file.content_type).replace("audio/wav", "audio/x-wav")
        yield Member(f"elan/{one.stem}.eaf", elan.eaf(one, up + media, kind))
        yield Member(f"subtitles/{one.stem}.srt", subtitles.srt(one))
        yield Member(f"subtitles/{one.stem}.vtt", subtitles.vtt(one))
    for name, content in documents.items():
        yield Member(name, content)


def _title(job: RunContext, aligned: list[tuple[InspectedFile, Aligned]]) -> str:
    if len(aligned) == 1:
        return PurePosixPath(aligned[0][1].stem).name
    kept = "".join(c if c.isalnum() or c in " ._-" else "_" for c in job.job_name).strip(" .")
    return kept or "speech"


def _free(stem: str, taken: set[str]) -> str:
    """A path inside the zip for a recording: without steps upward, and not yet taken."""
    parts = [part for part in stem.split("/") if part not in ("", ".", "..")] or ["recording"]
    plain = "/".join("".join("_" if c in '<>:"|?*\\' or ord(c) < 32 else c for c in part) for part in parts)
    free, number = plain, 2
    while free.casefold() in taken:
        free, number = f"{plain} ({number})", number + 1
    taken.add(free.casefold())
    return free
