"""Files as witnesses send them."""

import base64
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


HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAAJIAAgAAAAACVwABAAAAAAAAAKYAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "4GlwcnAAAADAaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMA"
    "AAAYaXBtYQAAAAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAUBtZGF0AAAAjigBrwng"
    "40ecuq///vUL//+RbuQ/jCxpIJT/+0Cod/JCZ//eZgaxZMk7/Qdfj8r7OcV8Bf7RyykZ4ocYAU4yohWQ8qRgSC2U"
    "NHNgAO3xTO/k1pStYHt53Na+Gs5ugOdKmntSWr6wPfC+X4H4Pwh+n95Y/PKbtb3KUJ6lFyo//kb9xPpjVjzRT3lz"
    "8LiV6GcAAAAGRXhpZgAATU0AKgAAAAgABAEPAAIAAAANAAAAPgESAAMAAAABAAYAAIdpAAQAAAABAAAATIglAAQA"
    "AAABAAAAcgAAAABNYWtlci1tYXJrZXIAAAABkAMAAgAAABQAAABeAAAAADIwMjM6MTA6MDkgMTk6MzA6MDAAAAEA"
    "AgAFAAAAAwAAAIQAAAAAAAAAKgAAAAEAAAA6AAAAAQAAAAEAAAAB"
)
"""A phone's picture, lying on its side: red above blue once it stands; it says where and when."""
