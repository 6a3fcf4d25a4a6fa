"""The first three steps: sound, transcripts, words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from chalicelib.pipelines.base import InspectedFile, PipelineFailed, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech import audio, names
from chalicelib.pipelines.speech.languages import language_of, own_dictionary
from chalicelib.pipelines.speech.sounds import Samples, SoundReader, SoundWriter
from chalicelib.pipelines.speech.transcripts import tables
from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, within
from chalicelib.pipelines.speech.transcripts.reading import read
from chalicelib.pipelines.speech.words import Token

TRANSCRIPTS, WORDS, MISSING = "transcripts.json", "words.json", "missing.json"
MISSING_DICT, MISSING_WORDS = "missing_dict", "missing_words"
MISSING_NAME = "missing_words.dict"
READ_AT_ONCE = 100


def save_json(job: RunContext, name: str, value: Any) -> None:
    job.save(name, json.dumps(value, ensure_ascii=False).encode())


def load_json(job: RunContext, name: str) -> Any:
    return json.loads(job.load(name).read_bytes())


def pairing_of(job: RunContext) -> names.Pairing:
    return names.pair(job.files(), job.options.transcripts)


def decode(job: RunContext) -> None:
    """Decodes every recording that may have a transcript to 16 kHz mono."""
    pairing = pairing_of(job)
    recordings = [recording for recording, _ in pairing.pairs]
    if not recordings or (job.options.transcripts in names.MASTER and not pairing.tables):
        for file, reason in pairing.alone:
            job.verdict(file, "failed", reason)
        raise PipelineFailed("no_pairs", _nothing_paired(job, pairing))
    writer = SoundWriter(job)
    for count, file in enumerate(recordings):
        percent = 100 * count / len(recordings)
        job.progress(percent, file.filename)
        if file.number not in writer.done:
            _decode_one(job, writer, file, percent)
            writer.checkpoint()
    writer.checkpoint(final=True)


def _decode_one(job: RunContext, writer: SoundWriter, file: InspectedFile, percent: float) -> None:
    if file.state == "rejected":
        writer.describe(file.number, failed=file.error_message or "The file could not be read.")
        return
    heard = audio.Heard()
    try:
        with job.open(file) as stream:
            samples = writer.add(file.number, _watched(job, audio.decode(stream, heard), file, percent))
    except UnreadableFile as reason:
        writer.describe(file.number, samples=0, failed=reason.message)
        return
    facts = {"seconds": heard.seconds, "rate": heard.rate, "channels": heard.channels, "warnings": heard.warnings}
    failed = {} if samples else {"failed": "The recording holds no sound."}
    writer.describe(file.number, **facts, **failed)


def _watched(job: RunContext, pieces: Iterator[Samples], file: InspectedFile, percent: float) -> Iterator[Samples]:
    """The same pieces, with progress: a job that is paused meanwhile stops here too."""
    for number, piece in enumerate(pieces):
        if number % 2000 == 0:
            job.progress(percent, file.filename)
        yield piece


def _nothing_paired(job: RunContext, pairing: names.Pairing) -> str:
    if job.options.transcripts in names.MASTER and not pairing.tables:
        return "There is no table of transcripts (.xlsx, .tsv or .csv) among the files."
    reasons = [f"{file.filename}: {reason}" for file, reason in pairing.alone[:3]]
    return " ".join(["No recording has a transcript.", *reasons])


def read_transcripts(job: RunContext) -> None:
    """Reads every pair's transcript, as tiers of utterances inside its recording."""
    pairing, sounds = pairing_of(job), SoundReader(job)
    found: dict[str, Any] = load_json(job, TRANSCRIPTS) if job.state else {}
    if job.options.transcripts in names.MASTER:
        found = _from_tables(job, pairing, sounds)
    else:
        for count, (recording, file) in enumerate(pairing.pairs):
            if str(recording.number) in found or file is None:
                continue
            job.progress(100 * count / len(pairing.pairs), file.filename)
            found[str(recording.number)] = _read_one(job, file, sounds.files[recording.number])
            if count % READ_AT_ONCE == READ_AT_ONCE - 1:
                save_json(job, TRANSCRIPTS, found)
                job.checkpoint({"transcripts": len(found)})
    save_json(job, TRANSCRIPTS, found)


def _read_one(job: RunContext, file: InspectedFile, sound: dict[str, Any]) -> dict[str, Any]:
    if file.state == "rejected":
        return {"transcript": file.filename, "failed": f"{file.filename}: {file.error_message}"}
    try:
        with job.open(file) as stream:
            reading = read(file.filename, stream.read(), job.options.transcripts)
    except UnreadableTranscript as reason:
        return {"transcript": file.filename, "failed": f"{file.filename}: {reason}"}
    assert reading.transcript is not None
    return _record(file.filename, reading.transcript, sound)


def _record(name: str, transcript: Transcript, sound: dict[str, Any]) -> dict[str, Any]:
    if "failed" in sound:
        return {"transcript": name}
    if transcript.empty:
        return {"transcript": name, "failed": f"{name} is empty.", "cautions": transcript.cautions}
    inside = within(transcript, sound["samples"] / audio.RATE)
    if inside.empty:
        reason = f"All of {name} lies outside the sound, which lasts {sound['samples'] / audio.RATE:.3f} s."
        return {"transcript": name, "failed": reason, "cautions": inside.cautions}
    tiers = [
        {"name": t.name, "utterances": [{"text": u.text, "start": u.start, "end": u.end} for u in t.utterances]}
        for t in inside.tiers
    ]
    return {"transcript": name, "tiers": tiers, "cautions": inside.cautions}


def _from_tables(job: RunContext, pairing: names.Pairing, sounds: SoundReader) -> dict[str, Any]:
    recordings = [recording for recording, _ in pairing.pairs]
    known = names.Recordings(recordings)
    rows: dict[int, list[tables.Record]] = {}
    found: dict[str, Any] = {}
    cautions: list[Caution] = []
    for table in pairing.tables:
        reason = table.error_message if table.state == "rejected" else None
        if reason is None:
            try:
                with job.open(table) as stream:
                    reading = read(table.filename, stream.read(), job.options.transcripts)
            except UnreadableTranscript as unreadable:
                reason = str(unreadable)
        if reason is not None:
            raise PipelineFailed("unreadable_transcript", f"{table.filename}: {reason}")
        cautions += [caution.about(table.filename) for caution in reading.cautions]
        for record in reading.master or []:
            named = known.named(record.file)
            if not named:
                sentence = "Row {row} names {named}, which is not among the files."
                caution = Caution.filled("row_of_no_file", sentence, row=record.number, named=record.file)
                cautions.append(caution.about(table.filename))
            elif len(named) > 1:
                files = [recording.filename for recording in named[:3]]
                caution = Caution(
                    "row_of_several_files",
                    f"Row {record.number} names {record.file}, which may be {' or '.join(files)}; it was left out.",
                    {"row": record.number, "named": record.file, "files": ", ".join(files)},
                )
                cautions.append(caution.about(table.filename))
            else:
                rows.setdefault(named[0].number, []).append(record)
    for recording in recordings:
        told = pairing.tables[0].filename
        if recording.number not in rows:
            found[str(recording.number)] = {"transcript": told, "failed": f"No row of {told} names this recording."}
        else:
            transcript = tables.transcript_of(rows[recording.number], [])
            found[str(recording.number)] = _record(told, transcript, sounds.files[recording.number])
    found["cautions"] = cautions
    return found


def look_up(job: RunContext) -> None:
    """Looks up the pronunciations of each utterance's words; asks for missing ones where the user wants to be asked."""
    transcripts, language = load_json(job, TRANSCRIPTS), language_of(job)
    own = own_dictionary(job, language.phones())
    lexicon = language.lexicon(own.entries)
    numbers: dict[Token, int] = {}
    missing: Counter[str] = Counter()
    said: dict[str, tuple[str, ...]] = {}
    utterances: dict[str, list[list[list[int]]]] = {}
    for done, (number, record) in enumerate(transcripts.items()):
        if number == "cautions":
            continue
        job.progress(100 * done / len(transcripts))
        utterances[number] = []
        for tier in record.get("tiers", []):
            rows = []
            for utterance in tier["utterances"]:
                tokens = lexicon.tokens(utterance["text"])
                for token in tokens:
                    if token.guessed:
                        missing[token.word] += 1
                        said[token.word] = token.pronunciations[0] if token.pronunciations else ()
                rows.append([numbers.setdefault(token, len(numbers)) for token in tokens])
            utterances[number].append(rows)
    words: list[dict[str, Any]] = [
        {"word": w, "count": n, "suggestion": " ".join(said[w])} for w, n in sorted(missing.items())
    ]
    save_json(job, MISSING, words)
    tokens_kept = [[t.label, t.word, t.kind, t.pronunciations, t.guessed] for t in numbers]
    save_json(job, WORDS, {"tokens": tokens_kept, "utterances": utterances, "cautions": own.problems[:20]})
    if words:
        _tell_missing(job, words, missing_dictionary(words))
        if job.options.on_missing == "stop":
            some = ", ".join(list(said)[:5]) + (", …" if len(words) > 5 else "")
            job.checkpoint({"asked": len(words)})
            job.pause(
                "missing_words",
                f"{len(words)} {'word has' if len(words) == 1 else 'words have'} no pronunciation ({some}). Put them "
                f"into your dictionary for {job.options.language} and resume.",
            )
    elif job.state:
        # The words that were missing when the job asked have been added; the list to download then says so.
        _tell_missing(job, [], "# Every word has a pronunciation.\n")


def _tell_missing(job: RunContext, words: list[dict[str, Any]], dictionary: str) -> None:
    """Stores the missing words as artifacts, which can be downloaded while the job waits."""
    job.artifact(MISSING_DICT, dictionary.encode(), MISSING_NAME, "text/plain; charset=utf-8")
    content = json.dumps(words, ensure_ascii=False).encode()
    job.artifact(MISSING_WORDS, content, "missing_words.json", "application/json")


def missing_dictionary(words: list[dict[str, Any]]) -> str:
    """The words as a user's dictionary, to be corrected and uploaded; those without a suggestion are comments."""
    return "".join(
        f"{word['word']}\t{word['suggestion']}\n" if word["suggestion"] else f"# {word['word']}\t\n" for word in words
    )


def tokens_of(saved: dict[str, Any]) -> list[Token]:
    return [
        Token(label, word, kind, tuple(tuple(phones) for phones in said), guessed)
        for label, word, kind, said, guessed in saved["tokens"]
    ]
