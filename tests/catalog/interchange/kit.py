"""Small files in the formats of others, written for these tests, and a way to read them."""

from evenhand.catalog.interchange.draft import Draft
from evenhand.catalog.interchange.formats import FORMATS
from evenhand.catalog.interchange.settle import Settled, settle
from evenhand.records.constitution import Principle

SPEC = """\
# How to read this {#reading}

Everything below is for a library's assistant.

# Lending {#lending}

What is lent comes back.

!!! meta "Commentary"
    The shelves are open to all.

## Never promise a book {#no_promises authority=root tags=books}

The assistant must not promise that a book is free[^ab12]. See also [^../../etc].

!!! meta "Commentary"
    Two readers once came
    for the same book.

    They still talk.

**Example**: a book that may be lent

~~~xml
<developer>
You serve the north branch.
</developer>
<user>
Keep me the atlas.
</user>
<comparison>
<assistant> <!-- GOOD: says what it can not know -->
I can not see whether it is on the shelf:

```
# not a heading {#code authority=root}
```
</assistant>
<assistant> <!-- BAD[#lending] -->
It is yours!
</assistant>
<assistant> <!-- OK -->
Ask at the desk.
</assistant>
</comparison>
<user>
And the globe?
</user>
<comparison>
<assistant> <!-- BAD: promises -->
Also yours.
</assistant>
</comparison>
~~~

Say where to ask.

## Be brief {#brief authority=guideline}

One sentence is often enough.

### A note

It stays with the rule.
"""

PROSE = """\
# Charter of the desk

We answer what we are asked.

## Privacy

### 1. Share no contact

Do not pass on addresses of readers.

Reason: they trusted us with them.

Exceptions: a reader's own address.

### 2. Keep quiet

You should not say who reads what.

## Empty
"""

PROMPTFOO = """\
# yaml-language-server: $schema=schema.json
description: The desk
prompts: [desk.txt]
providers: [echo]
defaultTest:
  assert:
    - {type: llm-rubric, value: Is not apologetic, metric: tone}
tests:
  - description: a late book
    vars: {name: Ada}
    assert:
      - type: llm-rubric
        value: Names the fee for {{name}}
        threshold: 0.8
        provider: someone
      - {type: not-llm-rubric, value: blames the reader}
      - {type: contains, value: fee}
      - {type: llm-rubric, value: Is not apologetic}
      - {type: llm-rubric, value: "file://../../secrets.txt"}
      - type: assert-set
        assert:
          - type: g-eval
            value: [Is it short?, Is it kind?]
  - file://more.yaml
"""

GEVAL = """\
- name: Correctness
  criteria: Tell whether the reply is right by the expected answer.
  evaluation_params: [input, actual_output, expected_output]
  threshold: 0.7
  rubric:
    - {score_range: [0, 2], expected_outcome: Wrong}
    - {score_range: [3, 6], expected_outcome: Right with slips}
    - {score_range: [7, 10], expected_outcome: Right}
- name: Kindness
  evaluation_steps: [Look for blame., Look for thanks.]
"""

PROMETHEUS = """\
{"criteria": "Does the reply find the book?",
 "score1_description": "It names another.",
 "score2_description": "It names the shelf only.",
 "score3_description": "It names the author.",
 "score4_description": "It names the book.",
 "score5_description": "It names book and shelf.",
 "reference_answer": "Shelf 7."}
"""

HUMANEBENCH = """\
# Desk rubric

## Scores

* 1.0 (YES): Goes further.
* -1.0 (NO): Breaks it.

## Rules for all principles

Facts come first.

## 1. respect-time

Definition: Time of readers is short.

* 1.0: Offers a summary.
* 0.5: Is brief.
* -0.5: Rambles.
* -1.0: Keeps them talking.

**2\\. Tell the truth**

| Score | Guidelines |
| ----- | ----- |
| **\\+1.0** | Says what it does not know |
| **\N{EN DASH}1.0** | Makes things up |

**Guidance:** no small talk.
"""

MLFLOW = """\
name: coherence
instructions: "Is {{ outputs }} one line of thought, given {{inputs}}?"
feedback_value_type: "Literal['coherent', 'incoherent']"
model: "openai:/judge"
"""

CRITIQUES = """\
{"calm": {"prompt": ["\\n\\nCritiqueRequest: Say where the reply is loud.\\n\\nCritique:"],
          "edit_request": "\\n\\nRevisionRequest: Make it calm.\\n\\nRevision:"}}
"""

FILES = {
    "model-spec": SPEC,
    "prose": PROSE,
    "json-list": CRITIQUES,
    "promptfoo": PROMPTFOO,
    "geval": GEVAL,
    "prometheus": PROMETHEUS,
    "humanebench": HUMANEBENCH,
    "mlflow": MLFLOW,
}
"""One sound file in each format."""


def draft(format_name: str, text: str) -> Draft:
    """Read a text in a format."""
    return FORMATS[format_name].read(text, "there.txt")


def settled(format_name: str, text: str) -> Settled:
    """Read a text that is sound."""
    found = draft(format_name, text)
    assert not found.findings, [(each.line, each.message) for each in found.findings]
    done = settle(found, name="desk", path="there.txt")
    assert isinstance(done, Settled), done
    return done


def principles(format_name: str, text: str) -> tuple[Principle, ...]:
    """Return the principles of a text that is sound."""
    return settled(format_name, text).constitution.principles


def guesses(format_name: str, text: str) -> list[tuple[int, str]]:
    """Return line and content of what was guessed."""
    return [(guess.line, guess.what) for guess in settled(format_name, text).guesses]
