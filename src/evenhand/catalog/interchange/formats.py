"""Forms a constitution can be brought from, by the name people type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.catalog.interchange.draft import Draft
from evenhand.catalog.interchange.geval import read_geval
from evenhand.catalog.interchange.humanebench import read_humanebench
from evenhand.catalog.interchange.json_list import read_json_list
from evenhand.catalog.interchange.mlflow import read_mlflow
from evenhand.catalog.interchange.model_spec import read_model_spec
from evenhand.catalog.interchange.prometheus import read_prometheus
from evenhand.catalog.interchange.promptfoo import read_promptfoo
from evenhand.catalog.interchange.prose import read_prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format in."""

    what: str
    """What it is, in a few words."""
    read: Callable[[str, str], Draft]
    """Takes the text and the file as the reader named it."""


FORMATS: Final[Mapping[str, Format]] = {
    "model-spec": Format(
        what="Markdown whose headings have anchors and levels of authority", read=read_model_spec
    ),
    "prose": Format(what="prose with headings", read=read_prose),
    "json-list": Format(
        what="a list of principles, or of critiques and revisions, in JSON", read=read_json_list
    ),
    "promptfoo": Format(what="the rubrics of a promptfoo configuration", read=read_promptfoo),
    "geval": Format(what="G-Eval metrics of deepeval, as YAML or JSON", read=read_geval),
    "prometheus": Format(what="a criterion and its five scores, as YAML or JSON", read=read_prometheus),
    "humanebench": Format(what="numbered principles with a line for every score", read=read_humanebench),
    "mlflow": Format(what="judges of MLflow, as YAML or JSON", read=read_mlflow),
}
