"""What a bundle says of itself to somebody who has never heard of Naru, in three languages.

The commands are run by the tests as they stand here (``tests/desk/test_stranger.py``).
"""

from pathlib import Path

from app.casebook.evidence import naming
from crypto import bundle

ASK = "ask the organisation this came from before each use; it signs a list of what was withdrawn"

NOBODY = "not named; ask whoever handed you this"

LINUX = """\
  sha256sum --strict --quiet -c manifest-sha256.txt
  sha512sum --strict --quiet -c manifest-sha512.txt
  sha256sum --strict --quiet -c tagmanifest-sha256.txt
  ssh-keygen -Y verify -f signatures/allowed_signers -I naru -n naru-bundle \\
    -s signatures/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
"""
MACOS = """\
  shasum -a 256 --strict --quiet -c manifest-sha256.txt
  shasum -a 512 --strict --quiet -c manifest-sha512.txt
  shasum -a 256 --strict --quiet -c tagmanifest-sha256.txt
  ssh-keygen -Y verify -f signatures/allowed_signers -I naru -n naru-bundle \\
    -s signatures/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
"""
POWERSHELL = """\
  foreach ($m in 'manifest-sha256.txt','manifest-sha512.txt','tagmanifest-sha256.txt') {
    $a = $m -replace '^.*-|\\.txt$'
    Get-Content $m | ForEach-Object { $h, $f = $_ -split '  ', 2
      if (!(Test-Path -LiteralPath $f)) { "MISSING: $f" }
      elseif ((Get-FileHash -Algorithm $a -LiteralPath $f).Hash -ne $h) { "CHANGED: $f" } } }
  $v = 'ssh-keygen -Y verify -f signatures/allowed_signers -I naru -n naru-bundle '
  $v += '-s signatures/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt'
  cmd /c $v
"""
PASSAGE = """\
  (printf '%s' SALT | xxd -r -p; printf '%s' 'LINE') | sha256sum
"""
FILE = """\
  (printf '%s' SALT | xxd -r -p; sha256sum ORIGINAL | cut -c 1-64 | xxd -r -p) | sha256sum
"""
TIME = """\
  openssl ts -verify -data tagmanifest-sha256.txt -in signatures/tagmanifest-sha256.txt.tsr \\
    -CAfile ROOT.pem
"""

UNNAMED = {
    "en": NOBODY,
    "ko": "이름을 밝히지 않음. 이것을 건넨 사람에게 물으십시오",
    "zh": "未载明；请向把它交给您的人询问",  # noqa: RUF001 - Chinese
}
LANGUAGES = ("en", "ko", "zh")
TEXTS = Path(__file__).parent / "readme_texts"


def files(name: str, purpose: str, whose: str) -> list[tuple[str, bundle.Content]]:
    """Return the README in each language, by path. ``whose``: the organisation, how to reach it."""
    said = {
        "name": name,
        "ask": ASK[0].upper() + ASK[1:],
        "linux": LINUX,
        "macos": MACOS,
        "powershell": POWERSHELL,
        "passage": PASSAGE,
        "file": FILE,
        "time": TIME,
    }
    return [
        (
            f"README.{lang}.txt",
            (TEXTS / f"{lang}.txt")
            .read_text("utf-8")
            .format(purpose=naming.purposes(purpose, lang), whose=whose or UNNAMED[lang], **said)
            .encode(),
        )
        for lang in LANGUAGES
    ]
