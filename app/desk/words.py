"""Words on the pages: sentences from the desk's catalogue, names from model and vocabularies."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import Domain
from flask_babel import gettext as _babel_gettext

from app.casebook.evidence.singling import Trait
from app.casebook.shapes import Answers, Tag
from app.desk.context import desk
from app.desk.narrative import found_at, marked, place_of
from app.reading.transcripts import clock
from app.web import CATALOGUES, HTML_LANG, language, size_of
from config.model import Model
from config.model_path import Duration


def N_(sentence: str) -> str:  # noqa: N802 - the name by which extraction finds a sentence
    """Mark a sentence for translation where it stands; gettext translates it where it is shown."""
    return sentence


def gettext(sentence: str, **values: object) -> str:
    """Translate a sentence into the language of this request's page."""
    return str(_babel_gettext(sentence, **values))


TRACKS = {
    "state_security": N_("State Security"),
    "social_security": N_("Social Security"),
    "common": N_("Common part"),
}
LANGS = {"ko": N_("Korean"), "zh": N_("Chinese"), "en": N_("English")}
ROLES = {"lead": N_("lead"), "reviewer": N_("reviewer"), "partner": N_("partner")}
KINDS = {
    "testimony": N_("testimony"),
    "addition": N_("addition"),
    "correction": N_("correction"),
    "answer": N_("answer"),
    "consent": N_("change of consent"),
    "attachment": N_("attachment"),
    "question": N_("question"),
    "reply": N_("reply"),
}
TROUBLES = {
    "not-for-you": N_("not sealed for a key that is here"),
    "altered": N_("changed after it was sealed"),
    "misfiled": N_("lies where it was not sealed for"),
}
STATES = {"open": N_("open"), "standing": N_("standing"), "ended": N_("ended")}
ACTS = {
    "founded": N_("founded the desk"),
    "member-added": N_("added a member"),
    "member-removed": N_("removed a member"),
    "epoch-begun": N_("began an epoch"),
    "epoch-ended": N_("ended an epoch"),
    "received": N_("took in"),
    "opened": N_("opened"),
    "tagged": N_("tagged"),
    "untagged": N_("took a tag back"),
    "member-renewed": N_("gave a member a new key"),
    "epoch-retired": N_("replaced a week's key"),
    "key-rotated": N_("replaced the casebook keys"),
    "key-taken": N_("took their own key along as a file"),
    "restricted": N_("restricted to leads"),
    "shared": N_("shared with one reviewer"),
    "unshared": N_("ended the sharing of"),
    "confirmed": N_("confirmed as the second person"),
    "confirmed-on-paper": N_("confirmed with the recovery key on paper"),
    "request-refused": N_("refused a request"),
    "recovery-used": N_("used the recovery key"),
    "released": N_("released"),
    "export-begun": N_("began to export"),
    "exported": N_("exported"),
    "recalled": N_("called back from a partner"),
    "taken-in": N_("opened for the first time"),
    "withdrawn": N_("erased, as the witness withdrew it"),
    "erased": N_("erased"),
    "held": N_("put on hold"),
    "let-go": N_("ended the hold of"),
    "restored": N_("restored from a backup"),
    "checkpoint": N_("signed the account"),
    "asked": N_("asked for a second person"),
    "agreed": N_("agreed to a release"),
    "kept-back": N_("held back"),
    "let-leave": N_("let go again"),
    "wait-met": N_("recorded that the wait is over"),
    "revoked": N_("told a partner what was withdrawn"),
    "sorted": N_("changed the state"),
    "assigned": N_("gave to somebody"),
    "noted": N_("noted"),
    "replied": N_("wrote to the witness"),
    "translated": N_("translated"),
    "weighed": N_("weighed a suggestion"),
    "chose": N_("set their own measure"),
    "edited": N_("corrected a tag"),
    "brought-back": N_("brought a tag back"),
    "named": N_("named a person"),
    "joined": N_("joined two persons"),
    "parted": N_("parted two persons"),
    "viewed": N_("looked at an attachment"),
    "saved": N_("saved an attachment"),
    "transcribed": N_("wrote down a recording"),
}
ACTORS = {
    "intake": N_("intake"),
    "steward": N_("steward"),
    "0" * 32: N_("the recovery key on paper"),
}
VERDICTS = {
    "holds": N_("The account holds: it begins with exactly the acts of this checkpoint."),
    "rewritten": N_(
        "The account was rewritten: it does not begin with the acts of this checkpoint."
    ),
    "shorter": N_("The account is shorter than this checkpoint: acts are missing at its end."),
    "foreign": N_("This checkpoint is of another site."),
    "forged": N_("This checkpoint was not signed by this desk."),
    "unreadable": N_("This is not a checkpoint."),
}


REQUESTS = {"end-epoch": N_("End the key of week"), "add-lead": N_("Add a lead:")}
REASONS = {
    "NAME": N_("a name"),
    "PLACE": N_("a place"),
    "DATE": N_("a date"),
    "CONTACT": N_("a way to reach somebody"),
    "DETAIL": N_("a detail by which somebody is recognised"),
    "WITHHELD": N_("withheld"),
}
SECONDS = {
    "names-to-states": N_("a government may learn the name"),
    "names-to-all": N_("it is published with names"),
    "minor": N_("the person was under 18"),
    "sexual-violence": N_("it tells of sexual violence"),
    "own-part": N_("an official tells of their own part"),
}
TRAITS = {
    "date": N_("on this date"),
    "place": N_("this place"),
    "cell": N_("this cell"),
    "sentence": N_("this sentence"),
}
KINDS_OF_PARTNER = {
    "rescue": N_("rescue group"),
    "un": N_("UN body"),
    "court": N_("court or prosecutor"),
    "public": N_("the public"),
}


WORK = {
    "new": N_("new"),
    "in_work": N_("in work"),
    "done": N_("done"),
    "set_aside": N_("set aside"),
}
SEASONS = {
    "21": N_("spring %(year)s"),
    "22": N_("summer %(year)s"),
    "23": N_("autumn %(year)s"),
    "24": N_("winter %(year)s"),
}
_SEASON = re.compile(r"\b([0-9]{4})-(2[1-4])(?![0-9])")


def known(table: Mapping[str, str], key: str) -> str:
    """Name a key of one of the tables above; what we have no name for stands as it is."""
    return gettext(table[key]) if key in table else key


def stage_name(stage: str) -> str:
    """Name a stage."""
    found = desk().model.by_stage.get(stage)
    return found.label.in_(language()) if found else stage


def stays(model: Model) -> dict[str, str]:
    """Say, stage by stage, how long the model has people there; nothing where it does not say."""
    said = {stage.id: _stay(stage.duration_days) for stage in model.stages}
    return {stage: words for stage, words in said.items() if words}


def _stay(length: Duration) -> str:
    if length.permanent:
        return gettext("without end")
    if length.kind == "open_ended" and length.soft_min:
        return gettext("months to years")
    if length.kind != "window":
        return ""
    if length.min == length.max:
        return gettext("%(count)s days", count=length.max)
    return gettext("%(least)s to %(most)s days", least=length.min, most=length.max)


def decided(track: str) -> str:
    """Name what is decided about the people of a track before it begins."""
    link = desk().model.tracks[track].decision_link
    if link is None:
        return ""
    return desk().model.decisions[link.decision].values[link.value].in_(language())


def field_name(field: str) -> str:
    """Name what the witness was asked."""
    found = desk().vocabularies.fields.get(field)
    return found.label.in_(language()) if found else field


def in_order(answers: Answers) -> list[tuple[str, str | tuple[str, ...]]]:
    """Put answers in the order in which they were asked, unknown ones last; the text is apart."""
    order = {field: place for place, field in enumerate(desk().vocabularies.fields)}
    apart = ("w_narrative", "k_wait", "envelope_")  # shown above, in words of their own
    given = [(f, a) for f, a in answers.items() if a and not f.startswith(apart)]
    return sorted(given, key=lambda one: (order.get(one[0], len(order)), one[0]))


def value_name(field: str, value: str) -> str:
    """Name an answer that was chosen; free text stands as it was typed."""
    if field not in desk().vocabularies.fields:
        return value
    found = desk().vocabularies.values(field).get(value)
    return found.in_(language()) if found else value


def value_of(vocabulary: str, value: str) -> str:
    """Name a value of a vocabulary that is no witness's answer."""
    found = desk().vocabularies.vocabularies[vocabulary].get(value)
    return found.in_(language()) if found else value


def knowledge_names() -> dict[str, str]:
    """Name every way of knowing that a tag can have."""
    values = desk().model.evidence_fields["ef_knowledge"].values
    return {key: label.in_(language()) for key, label in values.items()}


def purposes(*, text: bool = False) -> dict[str, str]:
    """Name what can be agreed to; ``text`` leaves out the purpose that hands over no text."""
    fields = desk().vocabularies.fields_of("consent")
    ticks = [one for one in fields if one.kind == "tick" and not (text and one.id == "k_stats")]
    return {one.id: one.label.in_(language()) for one in ticks}


def work_states() -> dict[str, str]:
    """Name every state a testimony can be in."""
    return {key: gettext(name) for key, name in WORK.items()}


def answer_values(field: str) -> dict[str, str]:
    """Name what a witness could choose in answer to a question."""
    values = desk().vocabularies.values(field)
    return {key: label.in_(language()) for key, label in values.items()}


def when(tag: Tag) -> str:
    """Say the dates of a tag in one piece, its seasons in words."""
    dates = dict.fromkeys((tag.date_from, tag.date_to))  # what begins and ends alike is said once
    said = " – ".join(date or "…" for date in dates) if any(dates) else ""  # noqa: RUF001 - a dash
    return season(said)


def season(said: str) -> str:
    """Say the seasons of a date in words."""
    return _SEASON.sub(_season, said)


def _season(found: re.Match[str]) -> str:
    return gettext(SEASONS[found[2]], year=found[1])


def trait(one: Trait) -> str:
    """Say one thing that narrows down who is meant."""
    value = value_name(one.where, one.value) if one.kind == "place" else one.value
    where = f" ({stage_name(one.where)})" if one.kind == "date" else ""
    return f"{known(TRAITS, one.kind)}: {value}{where}"


TYPED = {  # what somebody typed, by the field it stood in: shown when it could not be kept
    "note": N_("A note for colleagues"),
    "text": N_("The text"),
    "quote": N_("Quote the words"),
    "person_name": N_("Name"),
    "name": N_("Name"),
    "date_as_stated": N_("The date in the witness's words"),
    "from": N_("From"),
    "to": N_("To"),
    "agency": N_("The agency, as the witness names it"),
    "stage": N_("Stage"),
    "track": N_("Track"),
    "lang": N_("Language"),
    "reason": N_("Reason"),
    "why": N_("Reason"),
    "purpose": N_("For which purpose"),
    "partner": N_("To whom"),
}


def install(app: Flask) -> None:
    """Give the templates these words, and the app its catalogue beside the shared one."""
    domain = Domain([str(CATALOGUES), str(CATALOGUES)], "messages;desk")
    app.before_request(domain.as_default)
    app.jinja_env.globals.update(
        stage_name=stage_name,
        field_name=field_name,
        in_order=in_order,
        value_name=value_name,
        value_of=value_of,
        knowledge_names=knowledge_names,
        purposes=purposes,
        when=when,
        size_of=size_of,
        season=season,
        work_states=work_states,
        answer_values=answer_values,
        marked=marked,
        place_of=place_of,
        found_at=found_at,
        clock=clock,
        page_lang=lambda: HTML_LANG[language()],
        ui_lang=language,
    )
    tables: dict[str, dict[str, str]] = {
        "track": TRACKS,
        "lang": LANGS,
        "role": ROLES,
        "kind": KINDS,
        "trouble": TROUBLES,
        "state": STATES,
        "act": ACTS,
        "request": REQUESTS,
        "reason": REASONS,
        "second": SECONDS,
        "partner_kind": KINDS_OF_PARTNER,
        "actor": ACTORS,
        "verdict": VERDICTS,
        "typed": TYPED,
    }
    app.jinja_env.filters.update(trait=trait, decided=decided)
    for name, table in tables.items():
        app.jinja_env.filters[name] = _filter(table)


def _filter(table: Mapping[str, str]) -> Any:  # noqa: ANN401 - a Jinja filter
    return lambda key: known(table, key)
