"""The map of stages: the desk's home, a person's path on it, and what nobody has told of yet."""

from flask import Blueprint, render_template, request

from app.casebook.indexing import mapping
from app.casebook.shapes import Tag
from app.desk.context import book, desk, keyring
from app.desk.drawing import Drawing, Visit, draw
from app.desk.narrative import place_of
from app.desk.words import stays, when
from app.reading.rules import gathered, raised
from app.web import language

pages = Blueprint("stages", __name__)
_RINGED = "⓪①②③④⑤⑥⑦⑧⑨"  # which return a date belongs to, where there were several
QUARTERS = 12  # offered on the page of gaps; older ones are reached from the oldest of these


@pages.get("/map")
def show() -> str:
    """Draw both tracks with how many testimonies speak of each stage, and the same as a table."""
    model, index = desk().model, book().vault.index(keyring())
    placed = mapping.placed(index, keyring())
    counts = {cell: told for cell, (told, _) in placed.items()}
    return render_template(
        "desk/map.html",
        model=model,
        counts=counts,
        persons={cell: persons for cell, (_, persons) in placed.items()},
        drawing=draw(model, counts, language(), stays=stays(model)),
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


@pages.get("/map/model")
def differs() -> str:
    """Show what testimonies tell otherwise than the model: evidence about it, not about them."""
    model, peopling = desk().model, book().peopling
    told = peopling.each(
        keyring(), ("differs",), peopling.fullest(keyring()), lambda claims: raised(model, claims)
    )
    found = gathered(model, (one for each in told.values() for one in each))
    return render_template("desk/differs.html", model=model, found=found, persons=len(told))


def path_of(tags: tuple[Tag, ...]) -> Drawing:
    """Draw one person's path, a way for each episode: stations with dates and sources."""
    model = desk().model
    visits: dict[tuple[str, str], list[Visit]] = {}
    several = len({tag.episode for tag in tags}) > 1
    for tag in sorted(tags, key=lambda tag: model.order_key(tag.stage, tag.track)):
        said = when(tag) or tag.date_as_stated or "…"
        place = visits.setdefault((tag.stage, tag.track), [])
        words = f"{_RINGED[tag.episode % len(_RINGED)]} {said}" if several else said
        place.append(Visit(words, place_of(tag), tag.episode))
    return draw(model, {key: len(v) for key, v in visits.items()}, language(), visits)
