"""Tokens, numbers, dictionaries, guesses, and words without a pronunciation."""

from __future__ import annotations

import pytest
from speech_world import FakeRun, Paused, spoken, text_of

from chalicelib.pipelines.speech import dictionaries, letters, numbers
from chalicelib.pipelines.speech.arpabet import IPA, syllables
from chalicelib.pipelines.speech.words import Lexicon

MODEL = {
    word: [said.split()]
    for word, said in {
        "please": "P L IY Z", "call": "K AO L", "stella": "S T EH L AH", "customer": "K AH S T AH M ER",
        "welcome": "W EH L K AH M", "don't": "D OW N T", "mr.": "M IH S T ER", "mr": "M IH S T ER", "well": "W EH L",
        "known": "N OW N", "dog": "D AO G", "cat": "K AE T", "dish": "D IH SH", "cafe": "K AE F EY", "and": "AE N D",
        "two": "T UW", "thousand": "TH AW Z AH N D", "hundred": "HH AH N D R AH D", "sixty": "S IH K S T IY",
        "six": "S IH K S", "twenty": "T W EH N T IY", "end": "EH N D", "then": "DH EH N", "no": "N OW",
        "u.s.": "Y UW EH S", "word": "W ER D", "point": "P OY N T", "five": "F AY V", "three": "TH R IY",
        "at": "AE T", "dot": "D AA T", "com": "K AA M",
    }.items()
}  # fmt: skip


def lexicon(own: str = "", *, english: bool = True) -> Lexicon:
    return Lexicon(dictionaries.parse(own, set(IPA)).entries, MODEL, letters.guess, letters.spelled, english=english)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Please call Stella.", ["Please", "call", "Stella"]),
        ("customer,welcome", ["customer", "welcome"]),
        ("“Don’t,” (call) — Mr. Stella…please!", ["Don't", "call", "Mr", "Stella", "please"]),
        ("the U.S. no.", ["the", "U.S.", "no"]),
        ("end.Then", ["end", "Then"]),
        ("2266 3,5 2,000", ["2266", "3,5", "2,000"]),
        ("word/word word--word word–word", ["word"] * 6),
        (" ... – - ", []),
        ("\u200fplease\u200e ca\u00adll\ufeff word\u2060", ["please", "call", "word"]),
        ("♪ please ♪ 😀 call :-)", ["please", "call"]),
        ("don`t don´t don′t don＇t", ["don't"] * 4),
        ("'please' ‘call’ \"word\"", ["please", "call", "word"]),
        ("@stella #please &call", ["stella", "please", "call"]),
        ("3\u202f000", ["3000"]),
        ("20 000 5 000 000 20 345", ["20000", "5000000", "20", "345"]),
        ("call 5€, 20 € and $ 7.", ["call", "5€", "20€", "and", "$7"]),
        ("1/2 3/4, 11/28/2026 5th/6th", ["1/2", "3/4", "11", "28", "2026", "5th", "6th"]),
        ("5 km/h 80km/h and/or", ["5", "km/h", "80km/h", "and", "or"]),
    ],
)
def test_words_keep_their_spelling_and_lose_their_marks(text: str, labels: list[str]) -> None:
    assert [token.label for token in lexicon().tokens(text)] == labels


@pytest.mark.parametrize("text", ["[door slams]", "<cough>", "{LG}", "(laughs)", "((unclear))", "xxx"])
def test_noises_are_no_words(text: str) -> None:
    assert [(t.label, t.kind, t.guessed) for t in lexicon().tokens(f"call {text}")][1:] == [(text, "noise", False)]


def test_a_word_that_is_cut_off_is_a_fragment_and_not_missing() -> None:
    (token,) = lexicon().tokens("wor-")
    assert (token.label, token.kind, token.guessed) == ("wor-", "fragment", False)
    assert token.pronunciations


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("well-known", "W EH L N OW N"),
        ("dog's", "D AO G Z"),
        ("cat's", "K AE T S"),
        ("dish's", "D IH SH IH Z"),
        ("dogs'", None),
        ("café", "K AE F EY"),
        ("ｃａｌｌ", "K AO L"),
        ("dog-two's", "D AO G T UW Z"),
        ("well-known-3.5", "W EH L N OW N TH R IY P OY N T F AY V"),
        ("C&D", "S IY AE N D D IY"),
        ("two.dish@dog.com", "T UW D AA T D IH SH AE T D AO G D AA T K AA M"),
        ("dishly@dog.com", None),
        ("BBC", "B IY B IY S IY"),
        ("&", "AE N D"),
        ("2266", "T UW TH AW Z AH N D T UW HH AH N D R AH D S IH K S T IY S IH K S"),
        ("3.5", "TH R IY P OY N T F AY V"),
    ],
)
def test_words_that_are_put_together_from_others(text: str, said: str | None) -> None:
    (token,) = lexicon().tokens(text)
    if said is None:
        assert token.guessed
    else:
        assert (" ".join(token.pronunciations[0]), token.guessed) == (said, False)


def test_the_users_dictionary_comes_first_and_respects_capitals() -> None:
    own = lexicon("call\tK AA1 L\nNice\tN IY S\nnice\tN AY S\nmillrace\tM IH L R EY S\n")
    assert [token.pronunciations[0] for token in own.tokens("call Nice nice Millrace")] == [
        ("K", "AA", "L"),
        ("N", "IY", "S"),
        ("N", "AY", "S"),
        ("M", "IH", "L", "R", "EY", "S"),
    ]


def test_a_dictionary_says_which_lines_and_phones_it_can_not_use() -> None:
    parsed = dictionaries.parse("# mine\nfoo\tF UW1\nfoo(2)\tF OW\nbar\nbaz\tB QX Z9\n\n", set(IPA))
    assert parsed.entries == {"foo": [["F", "UW"], ["F", "OW"]]}
    assert parsed.unknown == ["QX", "Z9"]
    assert len(parsed.problems) == 2
    assert dictionaries.parse(dictionaries.written(parsed.entries), set(IPA)).entries == parsed.entries
    assert "at most 50,000" in dictionaries.parse("a\tAH\n" * 50_001, set(IPA)).problems[0].message


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ("0", "zero"),
        ("17", "seventeen"),
        ("1984", "nineteen eighty four"),
        ("1900", "nineteen hundred"),
        ("2005", "two thousand five"),
        ("1,000,001", "one million one"),
        ("21st", "twenty first"),
        ("30th", "thirtieth"),
        ("$1", "one dollar"),
        ("50%", "fifty percent"),
        ("3:05", "three oh five"),
        ("007", "oh oh seven"),
        ("1990s", "nineteen nineties"),
        ("90's", "nineties"),
        ("-5", "minus five"),
        ("+44", "plus forty four"),
        (".5", "point five"),
        ("½", "a half"),
        ("2½", "two and a half"),
        ("²", "two"),
        ("¥200", "two hundred yen"),
        ("US$50", "fifty dollars"),
        ("$20M", "twenty million dollars"),
        ("£1bn", "one billion pounds"),
        ("$3,000.50", "three thousand dollars fifty"),
        ("1.000,50", "one thousand point five zero"),
        ("5kg", "five kilograms"),
        ("1km", "one kilometer"),
        ("6ft", "six feet"),
        ("20°C", "twenty degrees celsius"),
        ("3pm", "three p.m."),
        ("9:30am", "nine thirty a.m."),
        ("5€", "five euros"),
        ("3,50€", "three euros fifty"),
        ("1/2", "one half"),
        ("3/4", "three quarters"),
        ("5/8", "five eighths"),
        ("24/7", "twenty four seven"),
        ("1/0", "one zero"),
        ("9/11", "nine eleven"),
        ("80km/h", "eighty kilometers per hour"),
        ("5'10\"", "five foot ten"),
    ],
)
def test_numbers_are_read_as_people_say_them(figures: str, words: str) -> None:
    assert " ".join(numbers.readings(figures)[0]) == words


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("5 kg", "kilograms"),
        ("1 km", "kilometer"),
        ("5 km/h", "kilometers per hour"),
        ("No. 1", "number"),
        ("Say no.", "no"),
        ("5 in two", "in"),
        ("call kg", None),
        ("call VIII", "eight"),
        ("call XIX", "nineteen"),
        ("please MIX", "mix"),
    ],
)
def test_abbreviations_are_read_by_the_number_beside_them(text: str, first: str | None) -> None:
    words = ["kilograms", "kilometer", "kilometers", "per", "hour", "number", "in", "eight", "nineteen", "mix", "the"]
    known = {word: [[word]] for word in [*words, "no", "call", "please", "say", "five", "one", "two", "eighth"]}
    found = Lexicon({}, known, letters.guess, letters.spelled).tokens(text)
    token = next(
        token for token in found if token.label.lower() in ("kg", "km", "km/h", "no", "in", "viii", "xix", "mix")
    )
    assert token.guessed == (first is None)
    assert first is None or " ".join(token.pronunciations[0]) == first


def test_a_word_in_capitals_may_also_be_a_roman_number() -> None:
    known = {"vi": [["V", "AY"]], "six": [["six"]], "call": [["call"]]}
    assert ("six",) in Lexicon({}, known, letters.guess, letters.spelled).tokens("call VI")[1].pronunciations


def test_an_abbreviation_of_the_users_dictionary_is_not_a_unit() -> None:
    assert lexicon("kg\tK EY\n").tokens("five 5 kg")[2].pronunciations == (("K", "EY"),)


@pytest.mark.parametrize("text", ["IIII", "VX", "I", "XXXX", "LX", "mix", ""])
def test_what_is_no_roman_number(text: str) -> None:
    assert numbers.roman(text) == []


def test_money_before_a_multiple_may_be_said_behind_it() -> None:
    assert ["one", "point", "two"] in numbers.readings("$1.2")
    assert ["twenty"] in numbers.readings("$20")


def test_figures_and_words_of_any_length_take_no_time() -> None:
    assert numbers.readings("9" * 100_000) == []
    for text in ("0" + "." * 100_000 + "a", "9" * 100_000, "a-" * 50_000, "a@" * 50_000, "'" * 100_000, "($" * 50_000):
        lexicon().tokens(text)


def test_capitals_may_be_letters_unless_all_is_in_capitals() -> None:
    assert [" ".join(said) for said in lexicon().tokens("call DOG")[1].pronunciations] == ["D AO G", "D IY OW JH IY"]
    assert [" ".join(said) for said in lexicon().tokens("CALL DOG")[1].pronunciations] == ["D AO G"]


def test_consonants_that_were_cut_off_are_sounds() -> None:
    (token,) = lexicon("st\tS T R IY T\n").tokens("st-")
    assert (token.kind, token.pronunciations[0]) == ("fragment", ("S", "T"))


def test_a_guess_keeps_the_figures_beside_it() -> None:
    (token,) = lexicon().tokens("covidly-26")
    assert token.guessed
    assert " ".join(token.pronunciations[0]).endswith("T W EH N T IY S IH K S")


def test_every_number_up_to_ten_thousand_has_readings_of_known_words() -> None:
    known = {*numbers.ONES, *numbers.TENS, *(name for _, name in numbers.SCALES), "and", "oh"}
    for value in range(0, 10_000, 7):
        found = numbers.readings(str(value))
        assert found
        assert {word for words in found for word in words} <= known
    assert numbers.readings("9" * 16)
    assert numbers.readings("a1") == []


def test_guesses_follow_the_letters() -> None:
    assert letters.guess("blockchain") == ["B", "L", "AA", "K", "HH", "EY", "N"] or letters.guess("blockchain")[:4] == [
        "B",
        "L",
        "AA",
        "K",
    ]
    assert letters.guess("selfie") == ["S", "EH", "L", "F", "IY"]
    assert letters.guess("brrr") == letters.spelled("brrr")
    assert letters.guess("漢字") == []
    assert letters.by_letter("Schule") == ["SH", "UW", "L", "EH"]
    assert letters.by_letter("слово") == []


def test_syllables_begin_as_english_words_do() -> None:
    def parts(said: str) -> list[str]:
        phones = said.split()
        return [" ".join(phones[a:b]) for a, b in syllables(phones)]

    assert parts("K AH S T AH M ER") == ["K AH", "S T AH", "M ER"]
    assert parts("S IH NG IH NG") == ["S IH NG", "IH NG"]
    assert parts("EH K S T R AH") == ["EH K", "S T R AH"]


MISSING = (("a.wav", spoken("nobody")), ("a.lab", b"nobady told me that, nobady"))


def test_a_word_without_a_pronunciation_is_guessed_and_told() -> None:
    run = FakeRun(*MISSING).run()
    assert run.recorded is not None
    assert run.recorded[2]["missing_words"] == 1
    assert run.artifacts["missing_dict"][2].decode().startswith("nobady\tN OW B")
    assert run.members["missing_words.dict"] == run.artifacts["missing_dict"][2]
    word = run.alignment["recordings"][0]["speakers"][0]["utterances"][0]["words"][0]
    assert (word["label"], word["guessed"]) == ("nobady", True)
    assert run.alignment["missing_words"] == [{"word": "nobady", "count": 2, "suggestion": word_suggestion(run)}]


def word_suggestion(run: FakeRun) -> str:
    return run.artifacts["missing_dict"][2].decode().split("\t")[1].strip()


def test_a_job_that_shall_stop_asks_until_the_dictionary_has_the_word() -> None:
    run = FakeRun(*MISSING, on_missing="stop")
    run.run(1, 2)
    with pytest.raises(Paused) as asked:
        run.run(3, 3)
    assert asked.value.code == "missing_words"
    assert "nobady" in asked.value.message
    assert "nobady\t" in run.artifacts["missing_dict"][2].decode()
    with pytest.raises(Paused):
        run.run(3, 3)
    run.dictionary = b"nobady\tN OW B AA D IY\n"
    run.run(3, 5)
    assert run.words()[:4] == ["nobady", "told", "me", "that"]
    assert run.recorded is not None
    assert run.recorded[2]["missing_words"] == 0
    assert b"Every word has a pronunciation" in run.artifacts["missing_dict"][2]


def test_another_language_by_the_sounds_of_english_says_that_it_is_an_experiment() -> None:
    run = FakeRun(("a.wav", spoken("early")), ("a.lab", b"wi went houm orli \xe8\xaa\x9e"), language="any").run()
    assert run.words() == ["wi", "went", "houm", "orli"]
    verdict, message = run.verdict_of("a.wav")
    assert verdict == "suspect"
    assert "1 of 5 words have no pronunciation" in str(message)
    assert "sounds of English" in run.members["README.txt"].decode()


def test_two_words_at_the_same_place_are_one_word_with_its_phones() -> None:
    run = FakeRun(("a.wav", spoken("sheep")), ("a.lab", text_of("sheep")), phones="ipa", syllables=True).run()
    tiers = run.tiers()
    assert [label for *_, label in tiers["speaker - word"] if label] == ["she", "counted", "2266", "sheep"]
    assert [label for *_, label in tiers["speaker - phone"] if label][:2] == ["ʃ", "i"]
    assert [label for *_, label in tiers["speaker - syllable"] if label][:3] == ["ʃi", "kaʊn", "tɪd"]
