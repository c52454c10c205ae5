"""How a stream reaches its pages: directly, or pushed by the kernel."""
