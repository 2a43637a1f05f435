"""What leaves: decided, cut, released, bundled, signed, called back."""
