"""Naru's formats and cryptography, usable alone: see FORMAT.md and ``python -m crypto``.

Nothing is re-exported here: an import of ``crypto`` must not drag an opener into the intake.
"""
