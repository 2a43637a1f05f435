"""The map of stages: the desk's home, a person's path on it, and what nobody has told of yet."""

from flask import Blueprint, render_template, request

from app.casebook.indexing import mapping
from app.casebook.shapes import Tag
from app.desk.context import book, desk, keyring
from app.desk.drawing import Drawing, Visit, draw
from app.desk.words import when
from app.web import language

pages = Blueprint("stages", __name__)
QUARTERS = 12  # offered on the page of gaps; older ones are reached from the oldest of these


@pages.get("/map")
def show() -> str:
    """Draw both tracks with how many testimonies speak of each stage, and the same as a table."""
    model, index = desk().model, book().vault.index(keyring())
    counts = book().stage_counts(keyring())
    return render_template(
        "desk/map.html",
        model=model,
        counts=counts,
        persons=mapping.persons_by_stage(index, keyring()),
        drawing=draw(model, counts, language()),
    )


@pages.get("/map/gaps")
def gaps() -> str:
    """Show which stage, province and quarter no testimony speaks of."""
    index = book().vault.index(keyring())
    quarters = mapping.quarters(index, keyring())
    asked = request.args.get("quarter", "")
    quarter = asked if asked in quarters else (quarters[0] if quarters else "")
    return render_template(
        "desk/gaps.html",
        model=desk().model,
        provinces=desk().vocabularies.vocabularies["province"],
        quarter=quarter,
        quarters=quarters[:QUARTERS],
        cells=mapping.cells(index, keyring(), quarter),
    )


def path_of(tags: tuple[Tag, ...]) -> Drawing:
    """Draw one person's path: stations in the order of the stages, with dates and sources."""
    visits: dict[tuple[str, str], list[Visit]] = {}
    for tag in tags:
        said = when(tag) or tag.date_as_stated or "…"
        place = visits.setdefault((tag.stage, tag.track), [])
        place.append(Visit(said, f"/testimony/{tag.record}#words-{tag.id}"))
    return draw(desk().model, {key: len(v) for key, v in visits.items()}, language(), visits)
