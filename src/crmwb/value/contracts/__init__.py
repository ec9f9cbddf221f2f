"""Contracts: who stays, what comes in every month and why it changes, and what running contracts are worth."""
