"""Files with mistakes that people make, by name; `broken_files.golden.txt` says what each of them is told."""

_C = "schema: constitution/v1\nid: a\nversion: 1.0.0\n"
_P = _C + "principles:\n- id: p\n  text: The reply must not lie.\n"
_E = _P + "  examples:\n"
_SCALES = "scales:\n  s: {type: %s, values: %s}\nprinciples: [{id: p, text: t}]\n"
_M = "---\n" + _C + "---\n\n"
_J = "schema: judge/v1\nid: j\nversion: 1.0.0\n"
_MODEL = _J + "kind: model\nmodel: openai/gpt-x\ntemplate: j.j2\n"
_S = "schema: suite/v1\nid: s\nconstitution: ../constitutions/c.yaml\npanel: ../judges/main.panel.yaml\n"

SOUND = _C + "principles: [{id: honesty, text: t}]\n"

CONSTITUTIONS = {
    "an unknown key.yaml": _P + "  serverity: critical\n",
    "a misspelt required key.yaml": "schema: constitution/v1\nid: a\nverison: 1.0.0\nprinciples: [{id: p, text: t}]\n",
    "a missing key.yaml": "schema: constitution/v1\nid: a\nprinciples:\n- {id: p, text: t}\n",
    "another schema version.yaml": _P.replace("/v1", "/v2"),
    "a judge in its place.yaml": _J + "kind: nearest\n",
    "a version that is a number.yaml": _P.replace("1.0.0", "1.0"),
    "an id in capitals.yaml": _P.replace("id: p", "id: No Lies"),
    "a wrong severity.yaml": _P + "  severity: Hihg\n",
    "a scope without lists.yaml": _P + "  scope: {languages: en}\n",
    "when inside the scope.yaml": _P + "  scope:\n    when: [always]\n",
    "an empty text.yaml": _P.replace("The reply must not lie.", '""'),
    "nothing where text belongs.yaml": _P + "  title:\n",
    "a list for the file.yaml": "- a\n- b\n",
    "an empty file.yaml": "",
    "no principles.yaml": _C + "principles: []\n",
    "a scale without descriptors.yaml": _C + _SCALES % ("ordinal", "[1, 2]"),
    "an unknown kind of scale.yaml": _C + _SCALES % ("nominel", "[x, y]"),
    "a scale of fractions.yaml": _C + _SCALES % ("nominal", "[0.5, b]"),
    "an unknown scale.yaml": _P + "  scale: comply5\n",
    "a passing label off the scale.yaml": _P + "  pass: [complied]\n",
    "a passing label that abstains.yaml": _P + "  pass: [cannot_tell]\n",
    "an undeclared tier.yaml": _P.replace("principles:", "tiers: [safety]\nprinciples:") + "  tier: safty\n",
    "a conflict with nobody.yaml": _P + "  conflicts_with: [{id: q, resolution: x}]\n",
    "a borderline example without expect.yaml": _E + "  - {id: e, kind: borderline, response: r}\n",
    "an expectation off the scale.yaml": _E + "  - {id: e, kind: violates, response: r, expect: violated}\n",
    "a wrong role.yaml": _E + "  - {id: e, kind: violates, response: r, prompt: [{role: usr, content: hi}]}\n",
    "a number for a response.yaml": _E + "  - {id: e, kind: violates, response: 3}\n",
    "the same text as test and shot.yaml": _E
    + "  - {id: e, kind: violates, response: r}\n  - {id: f, kind: violates, response: r, use: shot}\n",
    "a conflict with itself.yaml": _P + "  conflicts_with: [{id: p, resolution: x}]\n",
    "a passing label on a scale of numbers.yaml": _P.replace(
        "principles:", "scales:\n  s: {type: numeric, minimum: 0, maximum: 10, pass_at: 5}\nprinciples:"
    )
    + "  scale: s\n  pass: [high]\n  examples: [{id: e, kind: violates, response: r, expect: 11}]\n",
    "a tier twice.yaml": _P.replace("principles:", "tiers: [a, a]\nprinciples:") + "  tier: a\n",
    "a mapping for a text.yaml": _P + "  notes: {a: b}\n  title: true\n",
    "an id twice.yaml": _E + "  - {id: p, kind: violates, response: r}\n",
    "ids that differ in dots.yaml": _C + "principles:\n- {id: a.b, text: t}\n- {id: a-b, text: u}\n",
    "a tombstone for the living.yaml": _P + "tombstones: [{id: p, removed: 1.1.0, because: x}]\n",
    "support from nobody.yaml": _P + "  support: {source: x, agree: 1.2, n: 0}\n",
    "a tab.yaml": _C + "principles:\n\t- id: p\n",
    "a colon in text.yaml": _P + "  title: Note: no lies\n",
    "an open quote.yaml": _P + '  title: "No lies\n',
    "a key twice.yaml": _P + "  title: a\n  title: b\n",
    "an alias.yaml": _P + "  title: &t No lies\n  notes: *t\n",
    "a tag.yaml": _P + "  title: !!python/object/apply:os.system [ls]\n",
    "a merge key.yaml": _P + "  <<: {title: x}\n",
    "two documents.yaml": _P + "---\n" + _P,
    "an infinite number.yaml": _P + "  support: {source: x, agree: .inf, n: 1}\n",
    "a control character.yaml": _P + '  title: "a\x07b"\n',
    "many mistakes at once.yaml": "schema: constitution/v1\nid: A\nversion: one\nstate: active\nprinciples:\n"
    "- id: p\n  txt: t\n  severity: bad\n- text: u\n  tier: x\n",
    "no front matter.md": "# Title\n\n## P {#p}\n\nText.\n",
    "an open front matter.md": "---\n" + _C,
    "a heading without id.md": _M + "## No lies\n\nThe reply must not lie.\n",
    "an unknown attribute.md": _M + "## No lies {#p serverity=high}\n\nThe reply must not lie.\n",
    "a broken attribute.md": _M + '## No lies {#p owner="x}\n\nThe reply must not lie.\n',
    "an unknown block.md": _M + "## No lies {#p}\n\nThe reply must not lie.\n\n!!! exeption\n    Fiction.\n",
    "text that is not indented.md": _M + "## No lies {#p}\n\nThe reply must not lie.\n\n!!! exception\nFiction.\n",
    "a block twice.md": _M + "## No lies {#p}\n\nT.\n\n!!! notes\n    A.\n\n!!! notes\n    B.\n",
    "an open turn.md": _M + "## No lies {#p}\n\nT.\n\n!!! violates id=e\n    <user>Hi\n",
    "an example without a reply.md": _M + "## No lies {#p}\n\nT.\n\n!!! violates id=e\n    <user>Hi</user>\n",
    "a line between turns.md": _M
    + "## No lies {#p}\n\nT.\n\n!!! violates id=e\n    because\n    <assistant>x</assistant>\n",
    "an attribute that is no text.md": _M + '## No lies {#p owner="\\x"}\n\nT.\n',
    "a heading above the first principle.md": _M + "# Title\n\n# Other\n\n## No lies {#p}\n\nT.\n",
    "principles in the front matter.md": "---\n" + _P + "---\n\n## No lies {#q}\n\nT.\n",
    "an unknown attribute of a block.md": _M + "## No lies {#p}\n\nT.\n\n!!! rationale sow=judges\n    Why.\n",
    "a text twice.md": _M + '## No lies {#p}\n\nT.\n\n!!! notes text="A."\n    B.\n',
    "support with text.md": _M + "## No lies {#p}\n\nT.\n\n!!! support source=x agree=0.5 n=2\n    Many.\n",
    "a field that is none.md": _M + "## No lies {#p}\n\nT.\n\n!!! field name=tset\n    []\n",
    "a field that is no JSON.md": _M + "## No lies {#p}\n\nT.\n\n!!! field name=tests\n    [a]\n",
    "a response of too many turns.md": _M
    + "## No lies {#p}\n\nT.\n\n!!! violates id=e response=3\n    <assistant>x</assistant>\n",
    "a prompt that is no conversation.md": _M
    + "## No lies {#p}\n\nT.\n\n!!! violates id=e prompt=text\n    <assistant>x</assistant>\n",
    "a turn that is no JSON.md": _M
    + "## No lies {#p}\n\nT.\n\n!!! violates id=e\n    <assistant json>x</assistant>\n",
    "a control character.md": _M + "## No lies {#p}\n\nT\x07.\n",
    "a front matter that is a list.md": "---\n- a\n---\n",
    "a second title.md": _M + "## No lies {#p}\n\nT.\n\n# Another\n",
    "a scope without a dimension.md": _M + "## No lies {#p}\n\nT.\n\n!!! scope\n    adults only\n",
    "a wrong value in an attribute.md": _M + "## No lies {#p severity=hihg}\n\nT.\n",
    "a mistake in the front matter.md": _M.replace("1.0.0", "1.0") + "## No lies {#p}\n\nT.\n",
}  # fmt: skip

JUDGES = {
    "a file of another ending.txt": _MODEL,
    "an unknown kind.yaml": _J + "kind: modle\n",
    "no kind.yaml": _J,
    "a misspelt kind.yaml": _J + "knid: nearest\n",
    "a model without account.yaml": _MODEL.replace("openai/gpt-x", "gpt-x"),
    "a sight that is none.yaml": _MODEL + "sees: [case.respons, principle.text]\n",
    "a template that is not there.yaml": _MODEL.replace("j.j2", "k.j2"),
    "a template above.yaml": _MODEL.replace("j.j2", "../secret.j2"),
    "an absolute template.yaml": _MODEL.replace("j.j2", "/etc/passwd"),
    "a remote template.yaml": _MODEL.replace("j.j2", "https://example.org/j.j2"),
    "numbers out of range.yaml": _MODEL + "params: {temperature: 3, max_tokens: 0}\nrepeats: 1.5\n",
    "yes for true.yaml": _MODEL + "answer: {quotes: yes}\n",
    "a number in quotes.yaml": _MODEL + 'repeats: "3"\n',
    "a pattern for a label without a score.yaml": _J
    + "kind: pattern\nprinciples:\n  '*':\n    prior: {complies: 0, violates: 0}\n"
    "    patterns: [{pattern: x, label: violate, weight: 1}]\n",
    "no recording.yaml": _J + "kind: recorded\n",
    "an upside-down range.yaml": _J + "kind: nearest\nngram: [5, 3]\n",
}

PANELS = {
    "an unknown judge.panel.yaml": "schema: panel/v1\nid: p\njudges: [reeder]\n",
    "a judge twice.panel.yaml": "schema: panel/v1\nid: p\njudges: [reader, reader]\n",
    "weights without the rule.panel.yaml": "schema: panel/v1\nid: p\njudges: [reader]\nweights: {reader: 1}\n",
    "a quorum too large.panel.yaml": "schema: panel/v1\nid: p\njudges: [reader]\nquorum: 2\n",
    "two judges of one id.panel.yaml": "schema: panel/v1\nid: p\njudges: [reader, twin]\n",
}

SUITES = {
    "a pattern for nothing.yaml": _S + "principles: {include: [honsty]}\ncases: [{path: c.jsonl}]\n",
    "a file that is not there.yaml": _S + "cases: [{path: d.jsonl}]\n",
    "a file twice.yaml": _S + "cases: [{path: c.jsonl}, {path: c.jsonl}]\n",
    "a file that changed.yaml": _S + "cases: [{path: c.jsonl, hash: 'sha256:00'}]\n",
    "labels for no principle.yaml": _S
    + "cases: [{path: c.jsonl}]\nlabels: [{path: l.jsonl, principles: {honest: x}, labels: {ok: comply}}]\n",
    "a path out of the workspace.yaml": _S + "cases: [{path: ../../../etc/hosts}]\n",
    "a key of another tool.yaml": _S + "cases: [{path: c.jsonl}]\nensemble: {rule: majority}\n",
}

SETTINGS = {
    "a broken line.toml": "[accounts.mine]\nprotocol = \n",
    "an unknown protocol.toml": '[accounts.mine]\nprotocol = "openai-chta"\n',
    "an unknown key.toml": '[accounts.mine]\nprotocol = "openai-chat"\nbase-url = "http://127.0.0.1:1/v1"\n',
    "a metadata address.toml": '[accounts.mine]\nprotocol = "openai-chat"\nbase_url = "http://169.254.169.254/v1"\n',
    "a key in the file.toml": '[accounts.mine]\nprotocol = "openai-chat"\napi_key_env = "sk-abcdefgh12345678"\n',
    "litellm without its package.toml": '[accounts.mine]\nprotocol = "litellm"\ntransport = "native"\n',
    "an unknown transport.toml": '[accounts.mine]\nprotocol = "openai-chat"\ntransport = "natve"\n',
    "a date.toml": "reports = 2026-11-20\n",
    "a ledger elsewhere.toml": '[ledger]\npath = "../ledger.sqlite"\n',
    "a price in words.toml": 'prices."openai/x" = { input = "one", output = 2 }\n',
}

CASES = {
    "not JSON.jsonl": '{"id": "a", "response": "r"}\n{"id": "b", response: "r"}\n',
    "an open text.jsonl": '{"id": "a", "response": "r}\n',
    "a key twice.jsonl": '{"id": "a", "response": "r", "id": "b"}\n',
    "NaN.jsonl": '{"id": "a", "response": NaN}\n',
    "an id that is a number.jsonl": '{"id": 7, "response": "r"}\n',
    "an unknown key.jsonl": '{"id": "a", "respnse": "r"}\n',
    "an id twice.jsonl": '{"id": "a", "response": "r"}\n\n{"id": "a", "response": "s"}\n',
    "a candidate twice.jsonl": '{"id": "a", "candidates": [{"text": "x"}, {"text": "y"}]}\n',
    "half a character.jsonl": '{"id": "a", "response": "\\ud83d"}\n',
    "deep nesting.jsonl": '{"id": "a", "response": ' + "[" * 100 + "]" * 100 + "}\n",
}
