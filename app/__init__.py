"""The two applications and what they share. Imports point down: see ARCHITECTURE.md."""
