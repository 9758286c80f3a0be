"""Models that foretell answers: features, training, calibration, figures. No Django in here."""
