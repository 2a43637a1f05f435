"""Rebuild the folder ``bundle``: two whole bundles, a key, and what becomes of alterations.

Run from the root of the repository: ``python tests/vectors/naru/make_bundle.py``. ML-DSA-65
signatures are randomised, so each run makes other bytes; the outcomes stay.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

import bundles

CASES = [
    ("as it was made", {}, "verified"),
    ("a passage changed", {"write": ["data/testimony/a1/text.txt", "2018\n"]}, "altered"),
    ("a file removed", {"remove": "data/testimony/b2/text.txt"}, "incomplete"),
    ("an empty file removed", {"remove": "data/testimony/b2/empty.txt"}, "incomplete"),
    ("the index removed", {"remove": "data/index.json"}, "incomplete"),
    ("the account of custody removed", {"remove": "data/custody/entries.json"}, "incomplete"),
    ("a manifest removed", {"remove": "manifest-sha512.txt"}, "incomplete"),
    ("a signature removed", {"remove": "signatures/tagmanifest-sha256.txt.mldsa65"}, "not signed"),
    ("the signer removed", {"remove": "signatures/signer.pub"}, "not signed"),
    ("the desk removed", {"remove": "signatures/desk.pub"}, "not signed"),
    ("a file added", {"write": ["data/added.txt", "more\n"]}, "altered"),
    ("a tag file added", {"write": ["fetch.txt", "http://example.org/x 1 data/x\n"]}, "altered"),
    ("a file added beside the signatures", {"write": ["signatures/note", "x"]}, "altered"),
    ("bag-info changed", {"write": ["bag-info.txt", "Payload-Oxum: 1.1\n"]}, "altered"),
    ("another key allowed", {"write": ["signatures/allowed_signers", ""]}, "altered"),
    ("a name with a blank", {"write": ["data/a b.txt", "x"]}, "not a bundle"),
    ("a name that differs in case", {"write": ["data/readme.TXT", "x"]}, "not a bundle"),
]


def main():
    folder = HERE / "bundle"
    folder.mkdir(exist_ok=True)
    with (folder / "good.zip").open("wb") as sink:
        bundles.write(sink)
    with (folder / "other.zip").open("wb") as sink:
        bundles.write(sink, signer=bundles.OTHER, desk=bundles.OTHER)
    (folder / "desk.pub").write_bytes(bytes(bundles.DESK.public))
    cases = [{"why": why, "zip": "good.zip", **change, "outcome": end} for why, change, end in CASES]
    cases.append({"why": "another desk", "zip": "other.zip", "outcome": "signed by an unknown key"})
    text = json.dumps({"signer": "desk.pub", "cases": cases}, indent=1, ensure_ascii=False)
    (folder / "outcomes.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
