"""Nobody pays by accident: connections, leases, the ledger, and the end of the process."""
