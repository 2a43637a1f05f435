"""What the records say, opened into memory: people, tags, work, the map."""
