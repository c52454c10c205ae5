"""What users print: the diagnosis, the log of events, and tables."""
