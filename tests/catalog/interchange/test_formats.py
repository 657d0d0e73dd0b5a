"""What each format says in its own words, and what becomes of it here."""

import json

import pytest
from tests.catalog.interchange.kit import FILES, PROMPTFOO, SPEC, draft, guesses, principles, settled

from evenhand.records.scale import NominalScale, NumericScale, OrdinalScale, Reading


@pytest.mark.parametrize("format_name", FILES)
def test_every_format_is_read_as_a_draft_that_says_what_it_took(format_name: str) -> None:
    done = settled(format_name, FILES[format_name])
    assert done.constitution.status == "draft"
    assert not done.constitution.duplicate_ids()
    assert {guess.what for guess in done.guesses} >= {"version 0.1.0, status draft, language en"}
    assert all(guess.what and guess.why and guess.line >= 0 for guess in done.guesses)


# -- The format of the Model Spec ------------------------------------------------------------------


def test_a_heading_with_a_level_is_a_principle_and_its_level_the_tier() -> None:
    first, second = principles("model-spec", SPEC)
    assert (first.id, first.title, first.tier, first.tags) == (
        "no_promises",
        "Never promise a book",
        "root",
        ("books",),
    )
    assert (second.id, second.tier, second.strength) == ("brief", "guideline", "should")
    assert settled("model-spec", SPEC).constitution.tiers == ("root", "guideline")


def test_the_word_of_earlier_releases_for_the_highest_level_is_known() -> None:
    text = SPEC.replace("authority=root", "authority=platform")
    assert settled("model-spec", text).constitution.tiers == ("platform", "guideline")


def test_a_turn_that_is_not_written_as_one_is_kept_in_the_notes() -> None:
    text = SPEC.replace("<assistant> <!-- OK -->\n", "*<assistant> <!-- OK -->\n")
    first = principles("model-spec", text)[0]
    assert [each.kind for each in first.examples] == ["complies", "violates", "violates"]
    assert "Ask at the desk." in first.notes
    line = text.split("\n").index("*<assistant> <!-- OK -->") + 1
    assert (line, "text of a chat became notes") in guesses("model-spec", text)


def test_commentary_is_rationale_and_no_part_of_the_rule() -> None:
    first = principles("model-spec", SPEC)[0]
    assert first.rationale == "Two readers once came\nfor the same book.\n\nThey still talk."
    assert first.text.endswith("\n\nSay where to ask.")
    assert "atlas" not in first.text


def test_marked_replies_are_examples_on_their_side() -> None:
    examples = principles("model-spec", SPEC)[0].examples
    assert [(each.kind, each.why, each.expect) for each in examples] == [
        ("complies", "says what it can not know", None),
        ("violates", "see #lending", None),
        ("borderline", "", "complies"),
        ("violates", "promises", None),
    ]
    assert all(each.use == "test" and each.tags == ("a book that may be lent",) for each in examples)


def test_an_example_keeps_its_id_when_another_is_put_before_it() -> None:
    more = SPEC.replace("<comparison>\n", "<comparison>\n<assistant> <!-- BAD -->\nNo.\n</assistant>\n", 1)
    before, after = (
        {each.id for each in principles("model-spec", text)[0].examples} for text in (SPEC, more)
    )
    assert before < after
    assert all(each.startswith("no_promises.") for each in after)


def test_a_chat_goes_on_after_its_first_good_reply() -> None:
    last = principles("model-spec", SPEC)[0].examples[-1]
    assert not isinstance(last.prompt, str)
    assert [turn.role for turn in last.prompt] == ["system", "user", "assistant", "user"]
    assert last.prompt[2].content.startswith("I can not see")


def test_a_tag_of_tests_is_a_path_and_a_path_in_its_place_stays_text() -> None:
    first = principles("model-spec", SPEC)[0]
    assert first.tests == ("examples/ab12.md",)
    assert "[^ab12]" not in first.text
    assert "[^../../etc]" in first.text


def test_text_without_a_level_is_kept_and_said() -> None:
    done = settled("model-spec", SPEC)
    assert "What is lent comes back." in done.constitution.principles[0].notes
    assert "library's assistant" in done.constitution.summary
    assert "It stays with the rule." in done.constitution.principles[1].text
    told = dict(guesses("model-spec", SPEC))
    assert "is no principle; its text is in the notes of" in told[5]
    assert "is text of the section above" in told[62]


def test_every_anchor_of_a_file_stands_in_the_constitution() -> None:
    text = SPEC + "\n# Bare {#bare}\n\n## Under it {#under authority=user}\n\nDo this.\n"
    constitution = settled("model-spec", text).constitution
    written = json.dumps(constitution.canonical())
    assert all(
        f"#{anchor}" in written or f'"{anchor}"' in written for anchor in ("reading", "lending", "bare")
    )
    assert [each.id for each in constitution.principles] == ["no_promises", "brief", "under"]


def test_without_any_level_every_heading_with_text_is_a_principle() -> None:
    text = "# Rules {#rules}\n\n## One {#one}\n\nDo this.\n\n## Two\n\nDo that.\n"
    assert [each.id for each in principles("model-spec", text)] == ["one"]
    assert [each.id for each in principles("model-spec", "# One\n\nDo this.\n\n# Two\n\nDo that.\n")] == [
        "one",
        "two",
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# A {#a authority=rot}\n\nb\n", "I008", 1),
        ("# A {#a authority=root}\n\n~~~xml\n<user>b</user>\n", "I009", 3),
        ("# A {#a authority=root}\n\nb\n\n~~~xml\n<user>\nc\n~~~\n", "M009", 6),
        ("# A {#a authority=root}\n\n!!! \n    b\n", "M006", 3),
        ("# A {#a authority=root}\n\nb\x00\n", "Y002", 3),
    ],
)
def test_what_is_broken_in_a_model_spec_is_found_where_it_stands(text: str, code: str, line: int) -> None:
    assert [(found.code, found.line) for found in draft("model-spec", text).findings] == [(code, line)]


# -- Prose -----------------------------------------------------------------------------------------


def test_prose_is_a_principle_for_every_heading_with_text() -> None:
    first, second = principles("prose", FILES["prose"])
    assert (first.id, first.title) == ("privacy.share-no-contact", "Share no contact")
    assert (first.rationale, first.exceptions) == ("they trusted us with them.", "a reader's own address.")
    assert first.text == "Do not pass on addresses of readers."
    assert (second.id, second.strength) == ("privacy.keep-quiet", "should")
    constitution = settled("prose", FILES["prose"]).constitution
    assert (constitution.title, constitution.summary) == (
        "Charter of the desk",
        "We answer what we are asked.",
    )


def test_a_line_drawn_below_a_heading_makes_it_one_and_settings_in_front_do_not() -> None:
    text = "---\nkind: page\n---\n\nOne\n===\n\nDo this.\n\nTwo\n---\n\nDo that.\n"
    constitution = settled("prose", text).constitution
    assert constitution.title == "One"
    assert [each.id for each in constitution.principles] == ["two"]
    assert (1, "settings in front are left out: kind") in guesses("prose", text)


def test_settings_in_front_may_name_the_title_and_a_long_rule_is_told() -> None:
    paragraphs = "One should do this.\n\nThen that.\n\nThen more.\n\nThen rest."
    text = f"---\ntitle: Rules\norder: 1\n---\n\nFor all.\n\n## First\n\n{paragraphs}\n"
    done = settled("prose", text)
    assert (done.constitution.title, done.constitution.summary) == ("Rules", "For all.")
    assert done.constitution.principles[0].strength == "must"
    told = [what for _, what in guesses("prose", text)]
    assert {"settings in front are left out: order", "one principle of 4 paragraphs"} <= {*told}


def test_a_list_of_sentences_below_a_heading_is_a_principle_for_each() -> None:
    text = (
        "## The public asks\n\n- Choose the reply that is kind\n  to everybody.\n"
        "- Choose the reply that names sources.\n\n## Colours\n\n- red\n- green\n\n"
        "## Mixed\n\nDo this:\n\n- first of all the one\n- then of all the other\n"
    )
    found = principles("prose", text)
    assert [each.id for each in found] == [
        "the-public-asks.kind-everybody",
        "the-public-asks.names-sources",
        "colours",
        "mixed",
    ]
    assert found[0].text == "Choose the reply that is kind\nto everybody."
    assert [each.scale for each in found] == ["pair", "pair", "comply", "comply"]
    assert (1, "each of the 2 items of “The public asks” is a principle") in guesses("prose", text)


# -- Lists -----------------------------------------------------------------------------------------


def test_a_list_of_comparisons_is_answered_by_which_is_better() -> None:
    texts = ["\nPlease choose the response that is calm. Options:", "The reply names its source."]
    first, second = principles("json-list", json.dumps(texts))
    assert (first.id, first.text, first.scale) == ("calm", "Please choose the response that is calm.", "pair")
    assert (second.id, second.text, second.scale) == ("names-source", texts[1], "comply")


def test_a_principle_in_a_script_without_latin_letters_has_an_id_that_stays() -> None:
    before = principles("json-list", json.dumps(["日本語で答える。", "Keep calm."]))
    after = principles("json-list", json.dumps(["礼儀正しく。", "日本語で答える。", "Keep calm."]))
    assert {each.id for each in before} < {each.id for each in after}


def test_a_critique_and_its_revision_are_kept_as_they_were_asked() -> None:
    (only,) = principles("json-list", FILES["json-list"])
    assert (only.id, only.critique, only.revision) == (
        "calm",
        "Say where the reply is loud.",
        "Make it calm.",
    )
    assert only.text.endswith("Say where the reply is loud.")


def test_records_of_a_list_keep_their_names_and_what_fits_nowhere_is_notes() -> None:
    text = json.dumps({"constitutions": [{"id": "a.b", "title": "T", "text": "Do.", "weight": [1, 2]}]})
    (only,) = principles("json-list", text)
    assert (only.id, only.title, only.text, only.notes) == ("a.b", "T", "Do.", "weight: 1, 2")
    assert "weight became notes" in dict(guesses("json-list", text)).values()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('["\\n\\nHuman: hi\\n\\nAssistant: hello"]', "I010"),
        ('[{"prompt": "a", "corrects": ["b"]}]', "I007"),
        ("[1]", "I007"),
        ("3", "I007"),
        ('{"a": "b", "a": "c"}', "D004"),
        ('["a"', "D003"),
        ('["  "]', "I007"),
        ("[NaN]", "D007"),
    ],
)
def test_what_is_no_list_of_principles_is_refused(text: str, code: str) -> None:
    assert code in [found.code for found in draft("json-list", text).findings]


# -- Rubrics ---------------------------------------------------------------------------------------


def test_rubrics_of_a_configuration_are_principles_once_each() -> None:
    found = principles("promptfoo", PROMPTFOO)
    assert [each.id for each in found] == ["tone", "names-fee-name", "true-blames-reader", "short-kind"]
    assert found[2].text == "This must not be true of the reply: blames the reader"
    assert found[3].text == "Is it short?\nIs it kind?"
    assert found[1].notes == "From the test: a late book"
    scale = settled("promptfoo", PROMPTFOO).constitution.scale_of(found[1])
    assert isinstance(scale, NumericScale)
    assert (scale.minimum, scale.maximum, scale.pass_at) == (0, 1, 0.8)


def test_a_configuration_is_told_what_was_left_out_and_no_file_of_it_is_opened() -> None:
    told = [what for _, what in guesses("promptfoo", PROMPTFOO)]
    assert "the rubric file://../../secrets.txt is left out" in told
    assert "the tests of file://more.yaml are left out" in told
    assert "assertions of type contains are left out: 1" in told
    assert "prompts, providers left out" in told


def test_a_list_of_tests_is_read_as_those_of_a_configuration() -> None:
    text = "- description: a\n  assert: [{type: llm-rubric, value: Be kind.}]\n- file://b.yaml\n"
    assert [each.text for each in principles("promptfoo", text)] == ["Be kind."]
    assert "the tests of file://b.yaml are left out" in dict(guesses("promptfoo", text)).values()


def test_metrics_keep_their_ranges_as_labels_and_the_threshold_as_what_passes() -> None:
    constitution = settled("geval", FILES["geval"]).constitution
    first, second = constitution.principles
    scale = constitution.scale_of(first)
    assert isinstance(scale, OrdinalScale)
    assert scale.values == ("0 to 2", "3 to 6", "7 to 10")
    assert [scale.reading(label) for label in scale.values] == [Reading.FAIL, Reading.FAIL, Reading.PASS]
    assert first.notes == "evaluation_params: input, actual_output, expected_output"
    assert second.text == "1. Look for blame.\n2. Look for thanks."
    other = constitution.scale_of(second)
    assert isinstance(other, NumericScale)
    assert other.pass_at == 5


@pytest.mark.parametrize(
    "text",
    [
        "name: x\n",
        "name: x\ncriteria: 3\n",
        "name: x\ncriteria: y\nthreshold: 7\n",
        "name: x\ncriteria: y\nrubric: [{score_range: [3, 1], expected_outcome: z}]\n",
        "name: x\ncriteria: y\nrubric: [{score_range: [0, 11], expected_outcome: z}]\n",
        "name: x\ncriteria: y\nrubric: [{score_range: [0, 10], expected_outcome: z}]\n",
        "name: x\ncriteria: y\nrubric: [{score_range: [0, 1], expected_outcome: ''}]\n",
    ],
)
def test_a_metric_that_is_not_whole_is_refused(text: str) -> None:
    assert {found.code for found in draft("geval", text).findings} == {"I007"}


def test_the_five_scores_of_a_rubric_are_a_scale_without_a_passing_one() -> None:
    constitution = settled("prometheus", FILES["prometheus"]).constitution
    (only,) = constitution.principles
    scale = constitution.scale_of(only)
    assert isinstance(scale, OrdinalScale)
    assert scale.points == {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
    assert scale.describe["4"] == "It names the book."
    assert scale.pass_at is None
    assert only.notes == "reference_answer: Shelf 7."


def test_a_rubric_with_a_score_missing_is_refused() -> None:
    text = FILES["prometheus"].replace("score3", "score6")
    assert [found.message for found in draft("prometheus", text).findings] == [
        "text belongs here, and this is nothing"
    ]


def test_score_lines_and_tables_are_read_alike_whatever_their_dashes() -> None:
    constitution = settled("humanebench", FILES["humanebench"]).constitution
    first, second = constitution.principles
    scales = [constitution.scale_of(each) for each in (first, second)]
    assert [scale.labels for scale in scales] == [("-1", "-0.5", "0.5", "1"), ("-1", "1")]
    assert scales[0].reading("0.5") is Reading.PASS
    assert scales[0].reading("-0.5") is Reading.FAIL
    assert first.text.startswith("Time of readers is short.\n\n")
    assert second.text.startswith("Tell the truth\n\n**Guidance:** no small talk.\n\n")
    assert all(each.text.endswith("Facts come first.") for each in (first, second))
    assert "Goes further" in constitution.summary


def test_a_score_that_is_described_twice_is_found_where_it_stands() -> None:
    text = "## 1. a\n\n* 1.0: x\n* +1.0: y\n"
    assert [(found.code, found.line) for found in draft("humanebench", text).findings] == [("I007", 3)]


def test_the_instructions_of_a_judge_lose_their_variables_and_keep_their_answers() -> None:
    constitution = settled("mlflow", FILES["mlflow"]).constitution
    (only,) = constitution.principles
    assert only.text == "Is the reply one line of thought, given the prompt?"
    scale = constitution.scale_of(only)
    assert isinstance(scale, NominalScale)
    assert scale.values == ("coherent", "incoherent")
