"""Speeds and sizes beside their targets: `python -m bench`. Nothing here is shipped."""
