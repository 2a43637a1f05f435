"""Questions the map of stages asks of the index: who is where, and what nobody has told of."""

from app.casebook.indexing.conditions import visible
from app.casebook.indexing.index import Index
from app.casebook.keyring import Keyring

READERS = ("lead", "reviewer")
Cells = dict[tuple[str, str], int]


def _rings(keyring: Keyring) -> tuple[str, list[str]]:
    keyring.require(*READERS)
    rings = visible(keyring.rings)
    return ",".join("?" * len(rings)), rings


def placed(index: Index, keyring: Keyring) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many testimonies and how many persons stand on each stage and track."""
    return index.placed(_rings(keyring)[1])


def quarters(index: Index, keyring: Keyring) -> list[str]:
    """Return the quarters some dated tag speaks of, latest first: ``2023-Q4``."""
    marks, rings = _rings(keyring)
    sql = (
        f"SELECT DISTINCT quarter FROM tag WHERE ring IN ({marks}) AND quarter <> ''"  # noqa: S608 - marks
        " ORDER BY quarter DESC"
    )
    return [quarter for (quarter,) in index.told(sql, *rings)]


def cells(index: Index, keyring: Keyring, quarter: str) -> Cells:
    """Return how many testimonies speak of a stage in a province in one quarter."""
    marks, rings = _rings(keyring)
    sql = (
        "SELECT t.stage, r.province, count(DISTINCT t.record) FROM tag t"  # noqa: S608 - marks
        f" JOIN record r ON r.id = t.record WHERE t.ring IN ({marks}) AND t.quarter = ?"
        " GROUP BY t.stage, r.province"
    )
    rows = index.told(sql, *rings, quarter)
    return {(stage, province): count for stage, province, count in rows}
