"""Why some printed figures differ from what the files give; each reason is in the description of the data or below."""

EXPLAINED = {
    (
        "judging_judges",
        "kappa_x100 / GPT-4",
    ): "the source's verdicts of GPT-4 on llama2-13b-chat are wrong (kappa .25); without them it is 83.4",
    (
        "judging_judges",
        "kappa_x100 / Llama-7B",
    ): "the files give 63.4, as is stated with them",
    (
        "judging_judges",
        "kappa_x100 / Contains",
    ): "at the border of rounding; these files leave out five rows of the source, which may be why",
    (
        "rb2_repeats",
        "accuracy_pct / gpt-5.4-nano base k=1",
    ): "the ratings of the smallest model give it nearly, not exactly, as is stated with the data",
    (
        "rb2_repeats",
        "accuracy_pct / gpt-5.4-nano base k=8",
    ): "the ratings of the smallest model give it nearly, not exactly, as is stated with the data",
    (
        "trust_or_escalate",
        "mistral-7b-instruct, calibration error",
    ): "stated of these files without its bins: ten of fifty answers give .097, fifteen .103",
}
"""Reason for each set and figure that differs."""
