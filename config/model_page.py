"""The page `docs/process-model.md`, written from the model so that it cannot fall behind."""

from collections.abc import Iterable

from config.model_path import Stage
from config.model_tables import Model
from config.model_types import Item

_TOP = """# The process model, and what it rests on

Written by `python -m config.model > docs/process-model.md`; the data is in
`config/process-model.yaml`. Do not edit this page.

The model is a reading of one article ({title}; {author}, {publisher}, {published}). P1 to P27 are
its paragraphs, given as paraphrases. *Seed* is what a paragraph says, *implied* what follows from
several without a sentence that says it, *extension* what other public sources add (ids `x_*`).

The model is a hypothesis about a process. A testimony that differs from it is evidence about the
process; it says nothing against the witness. {warning}
"""


def page(model: Model) -> str:
    """Write the whole page."""
    source, warning = model.meta.source, model.meta.warning.en
    parts = [
        _TOP.format(
            title=f"“{source.title}”",
            author=source.author,
            publisher=source.publisher,
            published=source.published,
            warning=warning,
        ),
        "## Tracks\n",
        _tracks(model),
        "## The fifteen stages\n",
        _stages(model),
        "## The fourteen edges\n",
        _edges(model),
        "## What is implied, not stated\n",
        _implied(model),
        "## The clock\n",
        _clock(model),
        "## Extensions: not from the article\n",
        _extensions(model),
        "## Where the article is unclear\n",
        _table(["id", "where", "issue", "what we do"], _ambiguities(model)),
        "## Paragraphs\n",
        _table(["", "gist"], ((one.id, one.gist) for one in model.paragraphs.values())),
    ]
    return "\n".join(parts)


def _table(head: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _paragraphs(item: Item) -> str:
    mark = " *implied*" if item.provenance == "seed_implied" else ""
    return ", ".join(one.p for one in item.source) + mark


def _tracks(model: Model) -> str:
    rows = (
        (f"`{one.id}`", one.label.en, one.label.ko, one.label.zh, _paragraphs(one))
        for one in model.tracks.values()
    )
    return _table(["id", "English", "한국어", "中文", "source"], rows)


def _days(stage: Stage) -> str:
    span = stage.duration_days
    if span.kind == "point":
        return "at one moment"
    if span.kind == "window":
        if span.min in (None, span.max):
            return f"{'up to ' if span.min is None else ''}{span.max}"
        return f"{span.min}-{span.max}"
    if span.permanent:
        return "permanent"
    if span.finite:
        return "limited, length not stated"
    return "months to years" if span.soft_min else span.kind.replace("_", " ")


def _stages(model: Model) -> str:
    rows = []
    for one in model.stages:
        agencies = [run.agency or "not named" for run in one.responsible]
        row = (str(one.order), f"`{one.id}`", one.label.en, f"{one.label.ko} / {one.label.zh}")
        basis = (one.evidence_basis or "").replace("_", " ")
        rows.append((*row, ", ".join(agencies), _days(one), basis, _paragraphs(one)))
    head = ["", "id", "English", "한국어 / 中文", "agency", "days", "basis", "source"]
    return _table(head, rows)


def _edges(model: Model) -> str:
    rows = []
    for one in model.transitions:
        gists = "; ".join(f"{source.p}: {source.gist}" for source in one.source)
        kind = "implied" if one.provenance == "seed_implied" else "seed"
        rows.append((f"`{one.start}`", f"`{one.to}`", kind, gists))
    return _table(["from", "to", "", "source"], rows)


def _implied(model: Model) -> str:
    lines = []
    for kind in ("by_stage", "agencies", "facility_types", "decisions", "outcomes", "abuses"):
        found = [
            f"`{one.id}`"
            for one in getattr(model, kind).values()
            if one.provenance == "seed_implied"
        ]
        if found:
            name = "stages" if kind == "by_stage" else kind.replace("_", " ")
            lines.append(f"- {name}: {', '.join(found)}\n")
    runs = [
        f"`{stage.id}` ({run.agency or 'agency not named'})"
        for stage in model.stages
        for run in stage.responsible
        if run.basis == "seed_implied"
    ]
    return "".join([*lines, f"- who runs a stage: {', '.join(runs)}\n"])


def _clock(model: Model) -> str:
    rows = []
    for stage_id, one in model.clock.windows.items():
        spans = [
            "open" if low is None else f"{low} or later" if high is None else f"{low} to {high}"
            for low, high in (one.start, one.end)
        ]
        rows.append((f"`{stage_id}`", *spans, str(one.tolerance) if one.tolerance else ""))
    table = _table(["stage", "begins on day", "ends on day", "tolerance"], rows)
    return f"{model.clock.day_counting}\n{model.clock.propagate}\n\n{table}"


def _extensions(model: Model) -> str:
    rows = []
    for one in model.all_stages:
        if one.is_extension:
            before = "any stage" if one.any_prev else ", ".join(f"`{prev}`" for prev in one.prev)
            after = ", ".join(f"`{follow}`" for follow in one.next)
            row = (f"`{one.id}`", one.label.en, f"{one.label.ko} / {one.label.zh}")
            rows.append((*row, before, after, ", ".join(one.by)))
    sources = "".join(f"- {key}: {title}\n" for key, title in model.external_sources.items())
    head = ["id", "English", "한국어 / 中文", "after", "before", "sources"]
    return f"{_table(head, rows)}\n{sources}"


def _ambiguities(model: Model) -> Iterable[tuple[str, ...]]:
    for one in model.ambiguities.values():
        yield one.id, ", ".join(one.where), one.issue, one.resolution
