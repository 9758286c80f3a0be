class EngineFailed(Exception):
    """An engine cannot run here; the message says why and what to do."""
