"""Contracts: who stays, what comes in every month and why it changes, and what running contracts are worth."""

from crmwb.value.contracts.study import ContractStudy, study, write

__all__ = ["ContractStudy", "study", "write"]
