"""The dossier: each person's path on paper, in three languages, from what a bundle tells.

A long one comes in volumes, each set in a process of its own, so that memory has a bound. Made with
typst where it is installed and a font for Korean and Chinese is found; elsewhere a
sentence stands in its place. No date of making is in it: the same bundle has the same dossier.
"""

import importlib.util
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.casebook import apart
from app.casebook.evidence import naming
from app.casebook.evidence.rendering import Told
from config.model import Model

TYPESET = Path(__file__).with_name("typeset.py")
PATIENCE = 90
MOST = 200  # testimonies; beyond, nobody reads it on paper
MOST_CHARACTERS = 2_000_000  # of their texts and paths
VOLUME = 100_000  # characters; typst takes half a kilobyte for each
STEP = 100  # what a step takes of a volume beside its words
LONGEST = 1_000  # characters of a step's words
Said = dict[str, Any]
FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-sans-cjk-fonts"),
    Path("/usr/share/fonts/google-noto-cjk"),
    Path("/Library/Fonts"),
)
FONT = "NotoSansCJK-Regular.ttc"
FAMILIES = {"ko": "Noto Sans CJK KR", "zh": "Noto Sans CJK SC", "en": "Noto Sans CJK KR"}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "What was told, person by person",
        "limits": "Statements of witnesses, placed on the stages of the process by reviewers. Not"
        " verified, and not a judgement. Use it for the purpose below and nothing else.",
        "purpose": "Released for",
        "source": "testimony",
        "texts": "The texts",
        "person": "Person",
    },
    "ko": {
        "title": "사람별로 본 진술",
        "limits": "증인의 진술을 검토자가 과정의 단계에 놓은 것입니다. 사실로 확인된 것이 아니며 "
        "판단도 아닙니다. 아래 목적으로만 쓰십시오.",
        "purpose": "내보낸 목적",
        "source": "증언",
        "texts": "원문",
        "person": "사람",
    },
    "zh": {
        "title": "按人物整理的陈述",
        "limits": "证人的陈述由审阅者标注到各阶段。未经核实，也不是判断。只可用于下述用途。",  # noqa: RUF001 - Chinese
        "purpose": "交出用途",
        "source": "证词",
        "texts": "正文",
        "person": "人物",
    },
}
LANGUAGES = {
    "en": {"ko": "Korean", "zh": "Chinese", "en": "English"},
    "ko": {"ko": "조선말·한국어", "zh": "중국어", "en": "영어"},
    "zh": {"ko": "朝鲜语／韩语", "zh": "中文", "en": "英语"},  # noqa: RUF001 - Chinese
}
ABSENT = {
    "typst": "The dossier was not made: the program typst is not installed at the desk.\n",
    "font": f"The dossier was not made: the font {FONT} (fonts-noto-cjk) was not found.\n",
    "many": f"The dossier was not made: there are more than {MOST} testimonies, or more than"
    f" {MOST_CHARACTERS:,} characters of text.\n",
    "failed": "The dossier could not be made. The texts and tables hold all that it would say.\n",
}


def files(name: str, day: str, read: Sequence[Told], model: Model) -> Iterator[tuple[str, bytes]]:
    """Yield the dossier in each language, in volumes if it is long, or a sentence why not."""
    folder, made = _folder(), list[tuple[str, bytes]]()
    why = _why_not(read)
    for lang in () if why else WORDS:
        parts = volumes(_people(read, model, lang), _texts(read, lang))
        for number, (people, texts) in enumerate(parts, start=1):
            part = f".{number:02d}" if len(parts) > 1 else ""
            said = {**_head(name, day, read, lang), "people": people, "texts": texts}
            try:
                made.append((f"dossier/dossier.{lang}{part}.pdf", pdf(said, folder)))
            except subprocess.SubprocessError:
                why = "failed"
    if why:
        yield "dossier/README.txt", ABSENT[why].encode()
    else:
        yield from made


def _why_not(read: Sequence[Told]) -> str:
    steps = sum(_size([{"words": _short(tag["text"])}]) for one in read for tag in one.tags)
    if len(read) > MOST or steps + sum(len(one.text) for one in read) > MOST_CHARACTERS:
        return "many"
    if importlib.util.find_spec("typst") is None:
        return "typst"
    return "" if _folder() else "font"


def _folder() -> Path | None:
    return next((folder for folder in FOLDERS if (folder / FONT).is_file()), None)


def pdf(data: Mapping[str, Any], fonts: Path | None) -> bytes:
    """Return one volume. What it says is data: nothing in it is read as markup.

    Raises ``subprocess.SubprocessError``.
    """
    said = json.dumps(data, ensure_ascii=False).encode()
    return apart.run(TYPESET, [str(fonts)], [said], PATIENCE)


def volumes(people: Sequence[Said], texts: Sequence[Said]) -> list[tuple[list[Said], list[Said]]]:
    """Share people and texts out so that no volume holds much more than ``VOLUME`` characters.

    A path or text that is longer goes on in the next under the same heading.
    """
    out: list[tuple[list[Said], list[Said]]] = [([], [])]
    room = VOLUME
    for kind, inside, every in ((0, "path", people), (1, "lines", texts)):
        for one in every:
            for piece in _pieces(one, inside):
                size = _size(piece[inside])
                if size > room and room < VOLUME:
                    out.append(([], []))
                    room = VOLUME
                out[-1][kind].append(piece)
                room -= size
    return out


def _pieces(one: Said, inside: str) -> Iterator[Said]:
    """Yield a path or text as it is, or cut between its steps or lines."""
    held: list[Any] = []
    for part in one[inside]:
        if held and _size([*held, part]) > VOLUME:
            yield {**one, inside: held}
            held = []
        held.append(part)
    yield {**one, inside: held}


def _size(parts: Sequence[Any]) -> int:
    return sum(len(one) + 1 if isinstance(one, str) else len(one["words"]) + STEP for one in parts)


def _head(name: str, day: str, read: Sequence[Told], lang: str) -> dict[str, Any]:
    purpose = naming.purposes(",".join(sorted({one.purpose for one in read})), lang)
    return {
        "name": name,
        "day": day,
        "purpose": purpose,
        "lang": lang,
        "fonts": [FAMILIES[lang]],
        "words": WORDS[lang],
    }


def _texts(read: Sequence[Told], lang: str) -> list[Said]:
    return [
        {
            "id": one.id[:12],
            "lang": LANGUAGES[lang][one.lang],
            "purpose": naming.purposes(one.purpose, lang),
            "lines": [part for line in one.text.split("\n") if line.strip() for part in _cut(line)],
        }
        for one in read
    ]


def _cut(line: str) -> Iterator[str]:
    """Yield a line whole, or in parts no longer than a volume."""
    for start in range(0, len(line), VOLUME):
        yield line[start : start + VOLUME]


def _people(read: Sequence[Told], model: Model, lang: str) -> list[Said]:
    found: dict[str, list[tuple[Told, dict[str, Any]]]] = {}
    for one in read:
        for tag in one.tags:
            found.setdefault(tag["person"], []).append((one, tag))
    return [
        {
            "label": _label(person, tags[0][1], lang),
            "path": [_step(one, tag, model, lang) for one, tag in sorted(tags, key=_order(model))],
        }
        for person, tags in sorted(found.items(), key=lambda p: int(p[0].removeprefix("P-")))
    ]


def _label(person: str, tag: dict[str, Any], lang: str) -> str:
    name = tag.get("person_name", "")
    return f"{WORDS[lang]['person']} {person}" + (f" · {name}" if name else "")


def _order(model: Model) -> Any:  # noqa: ANN401 - a sort key
    return lambda pair: (
        int(pair[1]["episode"]),
        model.order_key(pair[1]["stage"], pair[1]["track"]),
        pair[1]["date_from"],
        pair[1]["id"],
    )


def _step(one: Told, tag: dict[str, Any], model: Model, lang: str) -> dict[str, str]:
    stage = model.by_stage.get(tag["stage"])
    track = model.tracks.get(tag["track"])
    knowledge = model.evidence_fields["ef_knowledge"].values.get(tag["knowledge"])
    dates = dict.fromkeys(d for d in (tag["date_from"], tag["date_to"]) if d)
    return {
        "stage": stage.label.in_(lang) if stage else tag["stage"],
        "track": tag["track"],
        "track_name": track.label.in_(lang) if track else tag["track"],
        "when": " – ".join(dates),  # noqa: RUF001 - a dash
        "stated": tag["date_as_stated"],
        "words": _short(tag["text"]),
        "source": one.id[:12],
        "knowledge": knowledge.in_(lang) if knowledge else tag["knowledge"],
        "confidence": naming.confidence(tag["confidence"], lang),
    }


def _short(words: str) -> str:
    """Return words that stand on paper beside others; the tables and the text have them whole."""
    return words if len(words) <= LONGEST else words[:LONGEST].rstrip() + " …"
