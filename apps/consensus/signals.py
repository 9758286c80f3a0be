"""What consensus tells the apps above. Published through the outbox."""

JUDGED_ANEW = "consensus.judged_anew"
"""All tasks of a project were judged anew, by another method or fit; its subject is the project."""
