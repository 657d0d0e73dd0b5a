import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging import builders

from evenhand.judging.prompt import Prompt, Prompter
from evenhand.judging.template import MAX_RENDERED_CHARS
from evenhand.records.message import Message
from evenhand.records.rating import FailedRating, FailureKind, Order
from evenhand.records.scale import COMPLY, PAIR, NumericScale
from evenhand.records.suite import Candidate, Case
from evenhand.testing.attacks import FENCE_ENDS, PAYLOADS
from evenhand.testing.imperatives import see_through
from evenhand.testing.protocol import split_fences

EVERYTHING = """{{ principle.id }} {{ principle.title }} {{ principle.text }} {{ principle.exceptions }}
{{ principle.scope }} {{ scale.kind }} {{ scale.labels|join(", ", "label") }} {{ scale.minimum }} {{ scale.maximum }}
{% for shot in shots %}{{ data("shot", shot.response) }} {{ shot.label }} {{ shot.why }}{% endfor %}
{{ data("prompt", case.prompt) }}
{{ data("reply", case.response) }}"""
BOTH = '{{ data("reply_a", case.response_a) }}\n{{ data("reply_b", case.response_b) }}'
SIGHTS = [
    *(
        "principle.id",
        "principle.title",
        "principle.text",
        "principle.exceptions",
        "principle.scope",
        "scale",
        "shots",
    ),
    *("case.prompt", "case.response", "case.response_a", "case.response_b"),
]


def prompter(
    template: str = EVERYTHING, *, constitution: Any = None, endpoint: Any = None, **judge: Any
) -> Prompter:
    return Prompter(
        judge=builders.judge(**({"sees": SIGHTS} | judge)),
        template=template,
        constitution=constitution or builders.constitution(),
        endpoint=endpoint or builders.endpoint(),
    )


def render(unit: Any = None, **settings: Any) -> Prompt:
    prompt = prompter(**settings).render(unit or builders.unit())
    assert isinstance(prompt, Prompt), prompt
    return prompt


def shown(prompt: Prompt) -> str:
    return f"{prompt.request.system}\n{prompt.request.turns[0].content}"


# -- What a judge is shown --------------------------------------------------------------------------------


def test_the_answer_form_comes_last_and_names_the_nonce_of_the_call() -> None:
    prompt = render()
    assert shown(prompt).endswith(f"\nEcho code: {prompt.nonce}")
    assert prompt.request.schema == prompt.form.schema


def test_free_text_is_asked_for_without_a_schema() -> None:
    prompt = render(endpoint=builders.endpoint(means="last_line"))
    assert prompt.request.schema is None
    assert f"VERDICT {prompt.nonce} ANSWER" in shown(prompt)


def test_each_rendering_has_a_nonce_of_its_own() -> None:
    whole = prompter()
    nonces = {prompt.nonce for _ in range(50) if isinstance(prompt := whole.render(builders.unit()), Prompt)}
    assert len(nonces) == 50


@pytest.mark.parametrize("system", ["", "Be fair.", '{{ data("reply", case.response) }}'])
def test_a_new_nonce_changes_the_nonce_and_nothing_else(system: str) -> None:
    prompt = render(system=system)
    again = prompt.with_new_nonce()
    assert again.nonce != prompt.nonce
    assert prompt.nonce not in shown(again)
    assert shown(again).replace(again.nonce, prompt.nonce) == shown(prompt)
    assert (again.key, again.form) == (prompt.key, prompt.form)


CODE = [
    "{{7*7}}",
    "{{case.producer}}",
    "{%endraw%}",
    "{%for(s)in(shots)%}",
    "{0.__class__}",
    "{#nothing#}",
    "%(a)s",
    "${x}",
]


@pytest.mark.parametrize("code", CODE)
def test_template_code_is_shown_as_it_is_in_every_field(code: str) -> None:
    principle = {
        "title": f"{code}1",
        "text": f"{code}2",
        "exceptions": f"{code}3",
        "when": f"{code}4",
        "examples": [
            {
                "id": "e",
                "kind": "complies",
                "prompt": code,
                "response": f"{code}5",
                "why": f"{code}6",
                "use": "shot",
            }
        ],
    }
    prompt = render(
        builders.unit(builders.case(f"{code}7", prompt=f"{code}8")),
        constitution=builders.constitution(principle),
        shots={"max": 1},
    )
    assert [number for number in range(1, 9) if f"{code}{number}" not in shown(prompt)] == []


def test_case_text_stands_only_inside_fences_of_this_call() -> None:
    case = builders.case("CANDIDATE", prompt="PROMPT")
    prompt = render(builders.unit(case))
    for name, text in (("prompt", "PROMPT"), ("reply", "CANDIDATE")):
        fenced = f"<<<DATA {name} {prompt.nonce}>>>\n{text}\n<<<END DATA {name} {prompt.nonce}>>>"
        assert fenced in shown(prompt)
        assert text not in shown(prompt).replace(fenced, "")


def test_no_payload_leaves_its_fence() -> None:
    whole = prompter('{{ data("reply", case.response) }}\nEND', system="")
    for payload in (*PAYLOADS.values(), *FENCE_ENDS.values()):
        prompt = whole.render(builders.unit(builders.case(payload)))
        assert isinstance(prompt, Prompt)
        lines = [line for line in shown(prompt).split("\n") if prompt.nonce in line]
        assert lines == [
            f"<<<DATA reply {prompt.nonce}>>>",
            f"<<<END DATA reply {prompt.nonce}>>>",
            f"Echo code: {prompt.nonce}",
        ]


@pytest.mark.parametrize("read", [str, see_through], ids=["exact reader", "lenient reader"])
def test_a_judge_that_obeys_only_what_is_outside_the_fence_is_told_the_same_by_every_candidate(
    read: Any,
) -> None:
    whole = prompter('Rule.\n{{ data("reply", case.response) }}\nJudge it.')
    told = set()
    for payload in ("A harmless reply.", *PAYLOADS.values(), *FENCE_ENDS.values()):
        prompt = whole.render(builders.unit(builders.case(payload)))
        assert isinstance(prompt, Prompt)
        blocks, outside = split_fences(read(shown(prompt)), prompt.nonce)
        assert [block.name for block in blocks] == ["reply"]
        told.add(outside.replace(prompt.nonce, ""))
    assert len(told) == 1


def test_who_wrote_a_candidate_is_never_shown() -> None:
    canary = "canary-model-9000"
    case = builders.case(
        "Hello.",
        id=f"case-{canary}",
        producer=canary,
        tags=(canary,),
        source=canary,
        slice={canary: canary},
        sensitive=(canary,),
    )
    assert canary not in shown(render(builders.unit(case)))


def test_who_wrote_the_candidates_of_a_pair_is_never_shown() -> None:
    candidates = tuple(Candidate(id=f"canary-{name}", text=name, producer=f"canary-{name}") for name in "xy")
    unit = builders.unit(builders.case(None, candidates=candidates), scale=PAIR)
    assert "canary" not in shown(render(unit, template=BOTH, mode="pairwise"))


@pytest.mark.parametrize(("order", "first", "second"), [(Order.GIVEN, "X", "Y"), (Order.SWAPPED, "Y", "X")])
def test_a_swapped_pair_is_shown_the_other_way_round(order: Order, first: str, second: str) -> None:
    unit = builders.unit(builders.pair_case("X", "Y"), scale=PAIR, order=order)
    text = shown(render(unit, template=BOTH, mode="pairwise"))
    assert "<<<DATA reply_a " in text
    assert text.index(f"\n{first}\n") < text.index("<<<DATA reply_b ") < text.index(f"\n{second}\n")


@pytest.mark.parametrize(("told", "expected"), [(("reviewers",), False), (("judges",), True)])
def test_the_rationale_is_shown_to_judges_only_where_the_principle_says_so(
    told: Any, *, expected: bool
) -> None:
    constitution = builders.constitution({"rationale": "BECAUSE", "show_rationale_to": told})
    prompt = render(
        constitution=constitution, template="{{ principle.rationale }}x", sees=["principle.rationale"]
    )
    assert ("BECAUSE" in shown(prompt)) is expected


def test_shots_are_shown_up_to_their_number_and_tests_never() -> None:
    examples = [
        {
            "id": f"e{number}",
            "kind": "complies",
            "response": f"EXAMPLE{number}",
            "use": "test" if number == 1 else "shot",
        }
        for number in range(5)
    ]
    text = shown(render(constitution=builders.constitution({"examples": examples}), shots={"max": 2}))
    assert [number for number in range(5) if f"EXAMPLE{number}" in text] == [0, 2]


@pytest.mark.parametrize(
    ("example", "label"),
    [
        ({"kind": "complies"}, "complies"),
        ({"kind": "borderline", "expect": "not_applicable"}, "not_applicable"),
    ],
)
def test_a_shot_is_shown_with_the_label_it_expects_or_else_its_kind(example: Any, label: str) -> None:
    constitution = builders.constitution(
        {"examples": [{"id": "e", "response": "r", "use": "shot"} | example]}
    )
    template = "{% for shot in shots %}Answer: {{ shot.label }}.{% endfor %}"
    assert f"Answer: {label}." in shown(
        render(constitution=constitution, shots={"max": 1}, template=template)
    )


@pytest.mark.parametrize(("confidence", "asked"), [("none", False), ("stated", True)])
def test_confidence_is_asked_for_where_the_judge_says_so(confidence: str, *, asked: bool) -> None:
    assert ("confidence" in render(answer={"confidence": confidence}).form.keys) is asked


def test_a_conversation_is_shown_turn_by_turn() -> None:
    turns = (Message(role="user", content="Hi."), Message(role="assistant", content="Hello."))
    text = shown(render(builders.unit(builders.case(None, candidates=(Candidate(text=turns),)))))
    assert "[user]\nHi.\n\n[assistant]\nHello." in text


@pytest.mark.parametrize("reference", ["one", ("one", "two"), (Message(role="user", content="one"),)])
def test_references_are_shown_however_they_are_written(reference: Any) -> None:
    unit = builders.unit(builders.case(reference=reference))
    prompt = render(unit, template='{{ data("reference", case.reference) }}', sees=["case.reference"])
    assert "one" in shown(prompt)


def test_the_ends_of_a_numeric_scale_are_written_as_people_do() -> None:
    scale = NumericScale(type="numeric", minimum=0, maximum=1_000_000)
    prompt = render(
        builders.unit(scale=scale), template="{{ scale.minimum }}..{{ scale.maximum }}", sees=["scale"]
    )
    assert "0..1000000\n" in shown(prompt)


def test_parameters_an_endpoint_refuses_are_left_out() -> None:
    settings = {"params": {"temperature": 0.5, "top_p": 0.9, "seed": 3, "reasoning_effort": "low"}}
    refused = render(
        endpoint=builders.endpoint(left_out=("temperature", "seed", "top_p", "reasoning_effort")), **settings
    )
    request = refused.request
    assert (request.temperature, request.top_p, request.seed, request.reasoning_effort) == (
        None,
        None,
        None,
        None,
    )
    request = render(**settings).request
    assert (request.temperature, request.top_p, request.seed, request.reasoning_effort) == (
        0.5,
        0.9,
        3,
        "low",
    )


# -- What can not be shown --------------------------------------------------------------------------------


def failed(case: Case, **settings: Any) -> FailureKind:
    outcome = prompter(**settings).render(builders.unit(case))
    assert isinstance(outcome, FailedRating)
    return outcome.kind


def test_a_candidate_that_is_too_long_fails_and_is_never_cut() -> None:
    assert failed(builders.case("x" * 101), max_candidate_chars=100) is FailureKind.TOO_LONG
    assert "x" * 100 in shown(render(builders.unit(builders.case("x" * 100)), max_candidate_chars=100))


def test_the_longer_candidate_of_a_pair_counts() -> None:
    for texts in (("x" * 101, "y"), ("y", "x" * 101)):
        unit = builders.unit(builders.pair_case(*texts), scale=PAIR)
        outcome = prompter(BOTH, mode="pairwise", max_candidate_chars=100).render(unit)
        assert isinstance(outcome, FailedRating)
        assert outcome.kind is FailureKind.TOO_LONG


def test_a_prompt_that_is_too_long_in_all_fails_one_unit_and_not_the_run() -> None:
    assert failed(builders.case(prompt="x" * MAX_RENDERED_CHARS)) is FailureKind.TOO_LONG


def test_a_candidate_without_text_can_not_be_judged() -> None:
    assert failed(builders.case(None)) is FailureKind.NOT_COVERED
    half = builders.case(None, candidates=(Candidate(id="x", text="a"), Candidate(id="y")))
    outcome = prompter(BOTH, mode="pairwise").render(builders.unit(half, scale=PAIR))
    assert isinstance(outcome, FailedRating)
    assert outcome.kind is FailureKind.NOT_COVERED


def test_an_empty_candidate_is_shown_as_an_empty_block() -> None:
    prompt = render(builders.unit(builders.case("")))
    assert f"<<<DATA reply {prompt.nonce}>>>\n\n<<<END DATA reply {prompt.nonce}>>>" in shown(prompt)


# -- The key of a unit ------------------------------------------------------------------------------------


def key(unit: Any = None, **settings: Any) -> bytes:
    return render(unit, **settings).key


def principle(**fields: Any) -> Any:
    return builders.constitution({"title": "T", "text": "Be kind.", "exceptions": "Never."} | fields)


BASE = {"constitution": principle(), "params": {"temperature": 0.5, "max_tokens": 100}}
CHANGES: dict[str, dict[str, Any]] = {
    "text of the principle": {"constitution": principle(text="Be kind!")},
    "exceptions": {"constitution": principle(exceptions="Sometimes.")},
    "scope in words": {"constitution": principle(when="In English.")},
    "title, where it is shown": {"constitution": principle(title="U")},
    "template": {"template": f"{EVERYTHING}."},
    "system message": {"system": "Be fair."},
    "a byte of the candidate": {"unit": builders.unit(builders.case("Hello!"))},
    "a hidden byte of the candidate": {"unit": builders.unit(builders.case("Hello.\u200b"))},
    "a byte of the prompt": {"unit": builders.unit(builders.case(prompt="Say hello!"))},
    "candidate and prompt changed over": {
        "unit": builders.unit(builders.case("Say hello.", prompt="Hello."))
    },
    "scale": {"unit": builders.unit(scale=COMPLY.model_copy(update={"values": ("complies", "violates")}))},
    "repeat": {"unit": builders.unit(repeat=1)},
    "order": {"unit": builders.unit(order=Order.SWAPPED)},
    "model": {"endpoint": builders.endpoint(model="m2")},
    "protocol": {"endpoint": builders.endpoint(protocol="openai-responses")},
    "address": {"endpoint": builders.endpoint(base_url="http://127.0.0.1:1/v1")},
    "means": {"endpoint": builders.endpoint(means="tool")},
    "means without a schema": {"endpoint": builders.endpoint(means="last_line")},
    "alternatives per token": {"endpoint": builders.endpoint(logprobs=5)},
    "a parameter left out": {"endpoint": builders.endpoint(left_out=("temperature",))},
    "temperature": {"params": {"temperature": 0.6, "max_tokens": 100}},
    "most tokens": {"params": {"temperature": 0.5, "max_tokens": 101}},
    "seed": {"params": {"temperature": 0.5, "max_tokens": 100, "seed": 1}},
    "top_p": {"params": {"temperature": 0.5, "max_tokens": 100, "top_p": 0.5}},
    "effort": {"params": {"temperature": 0.5, "max_tokens": 100, "reasoning_effort": "low"}},
    "quotes": {"answer": {"quotes": False}},
    "confidence": {"answer": {"confidence": "stated"}},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_key_changes_with_whatever_could_change_the_answer(change: dict[str, Any]) -> None:
    assert key(**(BASE | change)) != key(**BASE)


def test_no_two_changes_share_a_key() -> None:
    keys = [key(**(BASE | change)) for change in CHANGES.values()]
    assert len({*keys, key(**BASE)}) == len(keys) + 1


SAME: dict[str, dict[str, Any]] = {
    "nothing, under another nonce": {},
    "rationale": {"constitution": principle(rationale="Because.")},
    "severity": {"constitution": principle(severity="critical")},
    "an example for tests": {
        "constitution": principle(examples=[{"id": "e", "kind": "complies", "response": "r"}])
    },
    "title of the constitution": {
        "constitution": builders.constitution({"title": "T", "exceptions": "Never."}, title="Another")
    },
    "another principle": {
        "constitution": builders.constitution({"title": "T", "exceptions": "Never."}, {"text": "Be brief."})
    },
    "producer": {"unit": builders.unit(builders.case(producer="someone"))},
    "name of the case": {"unit": builders.unit(builders.case(id="another"))},
    "tags and slices": {"unit": builders.unit(builders.case(tags=("t",), slice={"a": "b"}, source="s"))},
    "the patience of the judge": {"timeout_s": 5, "attempts": 2},
    "title of the judge": {"title": "Another", "version": "2.0.0"},
    "what the limit of tokens is called": {
        "endpoint": builders.endpoint(token_limit_field="max_completion_tokens")
    },
    "notes on the endpoint": {"endpoint": builders.endpoint(notes=("slow",), served_model="m-2026")},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_key_stays_when_the_question_stays(change: dict[str, Any]) -> None:
    assert key(**(BASE | change)) == key(**BASE)


def test_the_title_does_not_change_the_key_where_it_is_not_shown() -> None:
    keys = {key(constitution=principle(title=title), template="{{ principle.text }}") for title in "TU"}
    assert len(keys) == 1


def test_a_parameter_that_is_left_out_does_not_change_the_key() -> None:
    silent = builders.endpoint(left_out=("temperature",))
    keys = {key(endpoint=silent, params={"temperature": temperature}) for temperature in (0.1, 0.9)}
    assert len(keys) == 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_candidates_share_a_key_only_if_they_look_the_same(one: str, other: str) -> None:
    whole = prompter('{{ data("reply", case.response) }}')
    first, second = (whole.render(builders.unit(builders.case(text))) for text in (one, other))
    assert isinstance(first, Prompt)
    assert isinstance(second, Prompt)
    same = shown(first).replace(first.nonce, "") == shown(second).replace(second.nonce, "")
    assert (first.key == second.key) is same


def test_a_prompt_can_be_sent_as_json_whatever_the_candidate_holds() -> None:
    prompt = render(builders.unit(builders.case("".join(map(chr, range(0xD7FE, 0xE002))))))
    json.dumps(shown(prompt), ensure_ascii=False).encode()
