"""Prevents accidental costs: connections, leases, the ledger, and the end of the process."""
