"""Drafting a mapping: files are looked at (`sniff`, `profile`), guessed at (`facts`, `dimensions`), told (`text`)."""
