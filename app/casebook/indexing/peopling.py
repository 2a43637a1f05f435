"""People across testimonies: names, joining and parting, families, and what is claimed of them.

peopling = Peopling(store, vault, working)
peopling.join(keyring, "<the one who stays>", "<the other>")
peopling.part(keyring, "<the one who stays>", "<the other>")
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from app.casebook import ledger
from app.casebook.indexing.conditions import visible
from app.casebook.indexing.index import Index
from app.casebook.keyring import LEADS, Keyring
from app.casebook.shapes import BadTag, NotFound, Person, Tag
from app.casebook.store import Store
from app.casebook.vault import READERS, Vault
from app.casebook.working import Working
from app.reading.claims import Claim, Source, by_person

T = TypeVar("T")
LONGEST = 200
CALLED, BESIDE = 8, 5  # people shown under a name, and of the same testimonies
CHAIN = {"0": 0, "1": 1, "2": 2, "3+": 3}
RECENT = dt.timedelta(days=130)  # no window is longer open: 45 days, and three months
MOST = 2000
FULLEST = 300  # of so many, those of whom most is told, the model is held against what is told


class Peopling:
    """What members do with persons. One per process."""

    def __init__(self, store: Store, vault: Vault, working: Working) -> None:
        self._store, self._vault, self._working = store, vault, working

    def _index(self, keyring: Keyring) -> tuple[Index, list[str]]:
        keyring.require(*READERS)
        return self._vault.index(keyring), visible(keyring.rings)

    def _append(self, keyring: Keyring, person: str, event: dict[str, object], act: str) -> None:
        self._begin(keyring, person)
        said = {"by": keyring.member.name, "day": self._store.today()}
        self._working.append(keyring, [(person, {**event, **said}, act)])

    def _begin(self, keyring: Keyring, person: str) -> None:
        """Give a record of their own to somebody whom a testimony for leads alone names."""
        index, rings = self._index(keyring)
        name = index.named(rings, person)
        if name is None or index.begun(person):
            return
        first, today = {"e": "person", "name": name}, self._store.today()

        def work(connection: Connection) -> None:
            if not ledger.exists(connection, bytes.fromhex(person)):
                ledger.begin(connection, keyring, bytes.fromhex(person), today, first, LEADS)

        self._store.casebook_writer.run(work)
        index.add(person, LEADS, [first], today)

    def _known(self, keyring: Keyring, *persons: str) -> None:
        index, rings = self._index(keyring)
        if not all(index.named(rings, person) is not None for person in persons):
            raise NotFound

    # Acts

    def name(self, keyring: Keyring, person: str, name: str) -> None:
        """Keep another name, in any script. Raises ``BadTag``, ``NotFound``."""
        self._known(keyring, person)
        name = " ".join(name.split())
        if not name or len(name) > LONGEST:
            raise BadTag("person")
        self._append(keyring, person, {"e": "name", "name": name}, "named")

    def unname(self, keyring: Keyring, person: str, name: str) -> None:
        """Take another name back. Raises ``NotFound`` for one that was not given."""
        self._known(keyring, person)
        index, _ = self._index(keyring)
        holders = [one.person for one in index.given(person) if one.name == name]
        if not holders:
            raise NotFound
        for holder in holders:
            self._append(keyring, holder, {"e": "unname", "name": name}, "named")

    def join(self, keyring: Keyring, person: str, other: str) -> None:
        """Say that two are one. Raises ``NotFound``; ``BadTag`` if they are one already."""
        self._known(keyring, person, other)
        index, _ = self._index(keyring)
        person, other = index.root(person), index.root(other)
        if person == other:
            raise BadTag("person")
        self._append(keyring, person, {"e": "join", "child": other}, "joined")

    def part(self, keyring: Keyring, person: str, other: str) -> None:
        """Take that back: each has their own tags again. Raises ``NotFound``."""
        self._known(keyring, person, other)
        index, _ = self._index(keyring)
        if other not in {child for child, *_ in index.joined_to(person)}:
            raise NotFound
        self._append(keyring, person, {"e": "part", "child": other}, "parted")

    def relate(self, keyring: Keyring, person: str, other: str, relation: str) -> None:
        """Put two persons into one family. Raises ``NotFound``; ``BadTag`` for oneself."""
        self._known(keyring, person, other)
        if person == other:
            raise BadTag("person")
        self._append(keyring, person, {"e": "kin", "other": other, "relation": relation}, "named")

    def unrelate(self, keyring: Keyring, person: str, other: str) -> None:
        """Take that back. Raises ``NotFound``."""
        self._known(keyring, person, other)
        index, _ = self._index(keyring)
        said = [one.said for one in index.kin(person) if one.id == other]
        if not said:
            raise NotFound
        for holder, named in said:
            self._append(keyring, holder, {"e": "unkin", "other": named}, "named")

    # Questions

    def person(self, keyring: Keyring, person: str) -> Person:
        """Return a person with everything said of them and of who was joined to them."""
        index, rings = self._index(keyring)
        name = index.named(rings, person)
        if name is None:
            raise NotFound
        tags = [tag for one in index.family(person) for tag in index.tags(rings, person=one)]
        return Person(person, name, tuple(index.names(person)), self.in_order(tags))

    def first(self, keyring: Keyring, limit: int) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of the first people by name."""
        index, rings = self._index(keyring)
        return index.page_of_people(rings, "", ("", ""), limit)

    def called(self, keyring: Keyring, name: str) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of who is called or sounds like this, in any script."""
        index, rings = self._index(keyring)
        name = " ".join(name.split())[:LONGEST]
        if not name:
            return []
        holds = [person for person, *_ in index.page_of_people(rings, name, ("", ""), CALLED)]
        alike = [index.root(person) for person, *_ in index.alike(rings, "", [name])]
        return index.cards(rings, [*alike, *holds])[:CALLED]

    def beside(self, keyring: Keyring, person: str) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of who else the same testimonies speak of."""
        index, rings = self._index(keyring)
        return index.beside(rings, person, BESIDE)

    def in_order(self, tags: Sequence[Tag]) -> tuple[Tag, ...]:
        """Sort tags as the stages follow each other."""
        model = self._store.model
        key = model.order_key
        return tuple(sorted(tags, key=lambda t: (t.episode, key(t.stage, t.track), t.date_from)))

    def claims(self, keyring: Keyring, tags: Sequence[Tag], person: str = "") -> list[Claim]:
        """Return tags as claims: each with the witness, the chain and the money behind it."""
        index, _ = self._index(keyring)
        sources = index.sources(sorted({tag.record for tag in tags}))
        roots = {} if person else index.roots()
        return [_claim(tag, person or roots.get(tag.person, tag.person), sources) for tag in tags]

    def recent(self, keyring: Keyring) -> list[str]:
        """Return everybody of whom something recent is told: who has a clock that runs."""
        index, rings = self._index(keyring)
        since = dt.date.fromisoformat(self._store.today()) - RECENT
        quarter = f"{since.year}-Q{(since.month + 2) // 3}"
        return index.kept(
            ("recent", quarter, *rings), lambda: index.told_since(rings, quarter, MOST)
        )

    def fullest(self, keyring: Keyring) -> list[str]:
        """Return those of whom most is told: who speaks about the model."""
        index, rings = self._index(keyring)
        return index.kept(("fullest", *rings), lambda: index.told_most(rings, FULLEST))

    def each(
        self,
        keyring: Keyring,
        what: tuple[object, ...],
        persons: Sequence[str],
        read: Callable[[list[Claim]], T],
    ) -> dict[str, T]:
        """Read something of what is claimed of each person, once until more is told of them."""
        index, rings = self._index(keyring)
        roots = index.roots()

        def make(missing: list[str]) -> dict[str, T]:
            told = by_person(self._about(keyring, missing))
            return {one: read(told.get(one, [])) for one in missing}

        wanted = dict.fromkeys(roots.get(one, one) for one in persons)
        return index.each((*what, *rings), wanted, make)

    def _about(self, keyring: Keyring, persons: Sequence[str]) -> list[Claim]:
        """Return the claims about persons and about everybody they were joined with."""
        index, rings = self._index(keyring)
        roots = index.roots()
        meant = {roots.get(one, one) for one in persons}
        family = [child for child, root in roots.items() if root in meant]
        return self.claims(keyring, index.tags_of(rings, sorted({*meant, *persons, *family})))


def _claim(tag: Tag, person: str, sources: dict[str, tuple[str, str, str]]) -> Claim:
    thread, chain, paid = sources.get(tag.record, ("", "", ""))
    hops = int(tag.hearsay) if tag.hearsay else CHAIN.get(chain)
    details = {"ef_agency_as_named": tag.agency} if tag.agency else {}
    if tag.decision:
        details["ef_decision_value"] = tag.decision.partition(":")[2]
    return Claim(
        id=tag.id,
        person=person,
        stage=tag.stage,
        source=Source(tag.record, thread, hops=hops, paid=paid == "yes"),
        track=tag.track,
        episode=tag.episode,
        start=tag.date_from,
        end=tag.date_to,
        knowledge=tag.knowledge,
        grounds=(tag.charge,) if tag.charge else (),
        details=details,
    )
