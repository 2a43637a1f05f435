"""What is kept and what is gone: erasure, retention, tombstones, backup and restore."""
