"""What ids are called, in the language of whoever reads a bundle on paper."""

from config.vocabularies import load_vocabularies


def purposes(ids: str, lang: str) -> str:
    """Name purposes, given as a bundle gives them (``k_rescue,k_court``), with their ids."""
    fields = load_vocabularies().fields
    said = [(one, fields[one].label.in_(lang) if one in fields else "") for one in ids.split(",")]
    return "; ".join(f"{label} ({one})" if label else one for one, label in said)


def confidence(value: str, lang: str) -> str:
    """Name how sure a reviewer was."""
    label = load_vocabularies().vocabularies["confidence"].get(value)
    return label.in_(lang) if label else value
