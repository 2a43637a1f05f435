"""Checks of the graph: edges, order, tracks, and the clock beside the durations."""

from collections.abc import Iterator
from datetime import date, timedelta

from config.model_path import Stage, Window
from config.model_tables import Model

_SEED_STAGES = 15


def graph_problems(model: Model) -> Iterator[str]:
    """Everything wrong with the graph of a model whose references are sound."""
    yield from _edges(model)
    yield from _orders(model)
    yield from _ascending(model)
    yield from _tracks(model)
    yield from _durations(model)
    yield from _windows(model)
    yield from _example(model)


def _where(stage: Stage) -> str:
    return f"extensions.stages.{stage.id}" if stage.is_extension else f"stages.{stage.id}"


def _edges(model: Model) -> Iterator[str]:
    """`transitions`, `next` and `prev` are three tellings of one set of edges."""
    listed = [(one.start, one.to) for one in model.transitions]
    for at, edge in enumerate(listed):
        if edge in listed[:at]:
            yield f"transitions[{at}]: {edge[0]} to {edge[1]} stands twice"
        if any(one.startswith("x_") for one in edge):
            yield f"transitions[{at}]: extension stages have their edges in prev and next"
    for stage in model.by_stage.values():
        mirror = _mirrored if stage.is_extension else _as_listed
        yield from mirror(stage, model)
    for start, end in listed:
        if end not in model.stage(start).next:
            yield f"stages.{start}.next: lacks {end}, which transitions has"
        if start not in model.stage(end).prev:
            yield f"stages.{end}.prev: lacks {start}, which transitions has"


def _as_listed(stage: Stage, model: Model) -> Iterator[str]:
    listed = {(one.start, one.to) for one in model.transitions}
    for at, one in enumerate(stage.next):
        if (stage.id, one) not in listed:
            yield f"{_where(stage)}.next[{at}]: transitions has no edge to {one}"
    for at, one in enumerate(stage.prev):
        if (one, stage.id) not in listed:
            yield f"{_where(stage)}.prev[{at}]: transitions has no edge from {one}"


def _mirrored(stage: Stage, model: Model) -> Iterator[str]:
    """Between two extension stages an edge stands at both ends; at a seed stage it cannot."""
    for at, one in enumerate(stage.next):
        after = model.stage(one)
        if after.is_extension and stage.id not in after.prev and not after.any_prev:
            yield f"{_where(stage)}.next[{at}]: {one} does not list it under prev"
    for at, one in enumerate(stage.prev):
        before = model.stage(one)
        if before.is_extension and stage.id not in before.next:
            yield f"{_where(stage)}.prev[{at}]: {one} does not list it under next"


def _orders(model: Model) -> Iterator[str]:
    seen: dict[float, str] = {}
    for stage in model.by_stage.values():
        for place in (stage.order, *stage.order_on_track.values()):
            if place in seen:
                yield f"{_where(stage)}.order: {place} is already that of {seen[place]}"
            seen[place] = stage.id
        if stage.is_extension == (float(stage.order).is_integer()):
            yield f"{_where(stage)}.order: whole numbers are the article's, x_ stages lie between"
        for track in stage.order_on_track:
            if track not in stage.tracks:
                yield f"{_where(stage)}.order_on_track.{track}: the stage is not on that track"
    if [one.order for one in model.stages] != list(range(1, _SEED_STAGES + 1)):
        yield f"stages: order must run from 1 to {_SEED_STAGES}"


def _ascending(model: Model) -> Iterator[str]:
    """Edges lead down the list, except into a new episode or where the stage says otherwise."""
    for start, end in model.edges():
        before, after = model.stage(start), model.stage(end)
        falls = model.order_key(start, after.track) > model.order_key(end, before.track)
        if falls and not after.begins_episode and start not in after.against_order:
            yield f"{_where(after)}.order: comes before {start}, which leads to it"
        if not falls and start in after.against_order:
            yield f"{_where(after)}.against_order: {start} does stand before it"
    for stage in model.by_stage.values():
        for one in stage.against_order:
            if one not in stage.prev:
                yield f"{_where(stage)}.against_order: {one} is not under prev"


def _tracks(model: Model) -> Iterator[str]:
    for stage in model.by_stage.values():
        if not stage.tracks:
            yield f"{_where(stage)}.tracks: names none"
        if not stage.is_extension and stage.track is None:
            yield f"{_where(stage)}.tracks: a stage of the article is on one track"
        if not stage.is_extension and stage.evidence_basis is None:
            yield f"{_where(stage)}.evidence_basis: missing"
    for one in model.transitions:
        before, after = model.stage(one.start).track, model.stage(one.to).track
        if before not in ("common", after):
            yield f"stages.{one.start}.next: leads from {before} to {after}"


def _durations(model: Model) -> Iterator[str]:
    for stage in model.by_stage.values():
        span = stage.duration_days
        where = f"{_where(stage)}.duration_days"
        if span.kind == "window" and span.max is None:
            yield f"{where}: a window has a max"
        if span.min is not None and span.max is not None and span.min > span.max:
            yield f"{where}: min is above max"
        if span.kind == "window" and not stage.is_extension and stage.id not in model.clock.windows:
            yield f"clock.windows: lacks {stage.id}, which has a length"


def _windows(model: Model) -> Iterator[str]:
    """Check that a window is as long as its stage, and opens when one before it can end."""
    windows = model.clock.windows
    for stage_id, window in windows.items():
        stage = model.stage(stage_id)
        where = f"clock.windows.{stage_id}"
        if stage.is_extension:
            yield f"{where}: the clock knows the article's stages only"
        yield from _ordered(where, window)
        span = stage.duration_days
        if span.kind == "window" and _lengths(window) != (span.min, span.max):
            yield f"{where}: is not as long as stages.{stage_id}.duration_days"
        before = [windows[one].end for one in stage.prev if one in windows]
        if before and window.start[0] not in {end[0] for end in before}:
            yield f"{where}.start: no stage before it ends on day {window.start[0]}"


def _lengths(window: Window) -> tuple[int | None, int | None]:
    (start, _), (first, last) = window.start, window.end
    if start is None or first is None or last is None:
        return None, None
    return first - start, last - start


def _ordered(where: str, window: Window) -> Iterator[str]:
    for name, (first, last) in (("start", window.start), ("end", window.end)):
        if first is not None and last is not None and first > last:
            yield f"{where}.{name}: earliest is after latest"
    start, end = window.start[0], window.end[0]
    if start is not None and end is not None and start > end:
        yield f"{where}: ends before it starts"


def _example(model: Model) -> Iterator[str]:
    """Work the example out again."""
    example = model.clock.example
    try:
        day0 = date.fromisoformat(example.day0)
        snapshot = date.fromisoformat(example.snapshot.date)
    except ValueError:
        yield "clock.example: a date is YYYY-MM-DD"
        return
    if (snapshot - day0).days != example.snapshot.day:
        yield f"clock.example.snapshot.day: is {(snapshot - day0).days}"
    for stage_id, stated in example.ends.items():
        ends = tuple(
            "" if days is None else str(day0 + timedelta(days=days))
            for days in model.clock.windows[stage_id].end
        )
        if ends != stated:
            yield f"clock.example.ends.{stage_id}: is {ends[0]} to {ends[1]}"
