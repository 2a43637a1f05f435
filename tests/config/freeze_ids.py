"""Write ids.json anew: only when ids were added, never to make a removed one disappear.

python tests/config/freeze_ids.py
"""

import json
from pathlib import Path

from config.lexicon import load_lexicon
from config.model import load_model
from config.vocabularies import load_vocabularies

KINDS = (
    "paragraphs", "attributions", "tracks", "agencies", "actor_roles", "facility_types", "laws",
    "charges", "charge_grounds", "decisions", "outcomes", "abuses", "evidence_fields", "stages",
    "cohorts", "rules", "ambiguities", "crossing_points",
)  # fmt: skip


def frozen():
    model, words = load_model(), load_vocabularies()
    tables = {kind: model.by_stage if kind == "stages" else getattr(model, kind) for kind in KINDS}
    ids = {kind: list(table) for kind, table in tables.items()}
    ids["values"] = {
        one.id: list(one.values)
        for one in (*model.decisions.values(), *model.evidence_fields.values())
        if one.values
    }
    return {
        "model": ids,
        "fields": list(words.fields),
        "vocabularies": {name: list(values) for name, values in words.vocabularies.items()},
        "texts": list(words.texts),
        "lexicon": list(load_lexicon(model)),
    }


if __name__ == "__main__":
    text = json.dumps(frozen(), ensure_ascii=False, indent=1)
    Path(__file__).with_name("ids.json").write_text(text + "\n", encoding="utf-8")
