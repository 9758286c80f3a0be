"""Query strategies: one file each. Input arrays, output an order; no Django in here."""
