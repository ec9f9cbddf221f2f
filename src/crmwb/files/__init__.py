"""Files on disk: replaced whole or not at all, temporary data that never stays, inputs that may change, YAML."""
