"""Files as witnesses send them."""

import io
import wave

SOUND = b"OggS\0\x02" + bytes(20) + bytes(range(256)) * 800
"""What is a recording by its head; no player plays it."""


def silence(seconds):
    """Make a recording of nothing, which a player plays."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000 * seconds)
    return made.getvalue()
