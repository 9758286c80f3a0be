"""What changes the ledger, and the figures that are made from it."""
