"""Make the price table that ships from the price map of an unpacked litellm wheel (MIT).

    python benchmarks/price_table.py MAP_FILE VERSION DATE > src/evenhand/catalog/prices.json

MAP_FILE is `litellm/model_prices_and_context_window_backup.json` of the wheel, VERSION the wheel's version and DATE
the day its map was made (YYYY-MM-DD; the date of that member in the wheel). Only text models of the two vendors whose
protocols evenhand speaks itself are taken, at their list price for one call: no batch, cache or priority prices, and
no higher tiers for very long prompts.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

PROVIDERS = ("anthropic", "openai")
MODES = ("chat", "responses")


def table(prices: dict[str, Any], version: str, as_of: str) -> dict[str, Any]:
    """Return the table: US dollars per million tokens, input and output, by provider and model."""
    models = {
        f"{entry['litellm_provider']}/{name}": [_per_million(entry, "input"), _per_million(entry, "output")]
        for name, entry in prices.items()
        if _is_meant(name, entry)
    }
    return {
        "as_of": date.fromisoformat(as_of).isoformat(),
        "source": f"price map of litellm {version} (MIT licence), models of {' and '.join(PROVIDERS)}",
        "unit": "US dollars per million tokens: input, output",
        "models": dict(sorted(models.items())),
    }


def _is_meant(name: str, entry: dict[str, Any]) -> bool:
    """Leave out what has no price per token of text alone, and fine-tuned models, whose names are never just these."""
    priced = "input_cost_per_token" in entry and "output_cost_per_token" in entry
    plain = not any(word in name for word in ("ft:", "/", "audio", "search", "computer-use"))
    return entry.get("litellm_provider") in PROVIDERS and entry.get("mode") in MODES and priced and plain


def _per_million(entry: dict[str, Any], side: str) -> float:
    return round(float(entry[f"{side}_cost_per_token"]) * 1e6, 6)


def main() -> None:
    """Print the table, one model a line."""
    source, version, as_of = sys.argv[1:]
    content = table(json.loads(Path(source).read_text(encoding="utf-8")), version, as_of)
    models = content.pop("models")
    head = json.dumps(content, indent=2)[:-2]
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(price)}" for name, price in models.items())
    print(f'{head},\n  "models": {{\n{lines}\n  }}\n}}')


if __name__ == "__main__":
    main()
