"""A bundle as its partner gets it: opened with the partner's key, unpacked."""

import io
import zipfile

from crypto.opening import open_bytes


def plain(world, partner, *records):
    """The ZIP, opened."""
    form = partner.get("/export").form(action="/export")
    answer = partner.post(form, submission=[*records])
    assert answer.status == 200, answer.error
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    return open_bytes(answer.body, [ring.identity])


def files(zipped):
    """Every file by its path below the bag's folder."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def folder(zipped, path):
    """Unpack, and give the bag's folder."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(path)
        (name,) = {name.partition("/")[0] for name in archive.namelist()}
    return path / name
