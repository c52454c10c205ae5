"""What users print: the diagnosis, the event log, and tables."""
