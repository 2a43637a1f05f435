"""Properties of the graph, over every stage and over walks through it."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import strict_yaml
from config.model import PATH, ModelError, load_model, model_of

MODEL = load_model()
DATA = strict_yaml.load(PATH)
SEED = [one.id for one in MODEL.stages]
ALL = [one.id for one in MODEL.all_stages]
EDGES = [(one.start, one.to) for one in MODEL.transitions]
TRACKS = list(MODEL.tracks)


@given(st.sampled_from(SEED), st.sampled_from(SEED))
def test_prev_and_next_mirror_each_other(one, other):
    after, before = MODEL.stage(one).next, MODEL.stage(other).prev
    assert (other in after) == (one in before) == ((one, other) in EDGES)


@given(st.sampled_from(SEED))
def test_every_stage_is_reached_from_the_arrest(stage):
    reached = {"cn_arrest"}
    for _ in SEED:
        reached |= {end for start, end in EDGES if start in reached}
    assert stage in reached


@given(st.data())
def test_every_walk_goes_up_and_ends_in_a_camp(data):
    walk = ["cn_arrest"]
    while after := MODEL.next_of(walk[-1], extensions=False):
        walk.append(data.draw(st.sampled_from(after)))
    keys = [MODEL.order_key(one) for one in walk]
    assert keys == sorted(set(keys))
    assert walk[-1] in ("political_prison_camp", "economic_camp")
    assert len({MODEL.stage(one).track for one in walk} - {"common"}) == 1


@given(st.data())
def test_every_walk_with_extensions_goes_up_but_where_the_model_says_so(data):
    here = data.draw(st.sampled_from(ALL))
    for _ in range(12):
        after = MODEL.next_of(here)
        if not after:
            break
        there = data.draw(st.sampled_from(after))
        stage, before = MODEL.stage(there), MODEL.stage(here)
        up = MODEL.order_key(here, stage.track) < MODEL.order_key(there, before.track)
        assert up or stage.begins_episode or here in stage.against_order
        assert MODEL.follows(there, here)
        here = there


@given(st.permutations(ALL), st.sampled_from([None, *TRACKS]))
def test_order_key_is_a_total_order_on_every_track(stages, track):
    keys = [MODEL.order_key(one, track) for one in stages]
    assert len(set(keys)) == len(keys)
    ordered = sorted(stages, key=lambda one: MODEL.order_key(one, track))
    assert [one for one in ordered if one in SEED] == SEED


@given(st.sampled_from(TRACKS))
def test_tracks_share_no_stage_of_the_article(track):
    mine = {one.id for one in MODEL.stages_of_track(track)}
    others = {one.id for other in TRACKS if other != track for one in MODEL.stages_of_track(other)}
    assert mine
    assert not mine & others


@given(st.sampled_from(EDGES), st.sampled_from(["next", "prev", "transitions"]))
def test_an_edge_missing_from_one_of_its_three_places_is_refused(edge, place):
    data = copy.deepcopy(DATA)
    start, end = edge
    if place == "transitions":
        del data["transitions"][EDGES.index(edge)]
    elif place == "next":
        data["stages"][start]["next"].remove(end)
    else:
        data["stages"][end]["prev"].remove(start)
    with pytest.raises(ModelError, match="transitions has"):
        model_of(data)


@given(st.sampled_from(SEED), st.sampled_from(SEED))
def test_stages_cannot_change_places(one, other):
    data = copy.deepcopy(DATA)
    stages = data["stages"]
    stages[one]["order"], stages[other]["order"] = stages[other]["order"], stages[one]["order"]
    between = [MODEL.stage(one).track, MODEL.stage(other).track]
    if one == other:
        assert model_of(data)
    elif between[0] == between[1]:
        with pytest.raises(ModelError, match="comes before"):
            model_of(data)
