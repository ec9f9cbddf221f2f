"""Figures: a data frame in, Axes out. No reading of artefacts, no fitting."""
