"""What the intake writes and the desk collects."""
