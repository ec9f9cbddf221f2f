"""One run beside another: what a run looks like, the run that was accepted, and how far they are apart."""
