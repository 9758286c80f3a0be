"""What answers tell of who gave them: shares with their intervals, references, changes over time.

Nothing here knows of Django: arrays in, numbers out.
"""
