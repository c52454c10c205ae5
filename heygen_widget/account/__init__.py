"""What a notebook shows of an account. Knows no widget."""
