"""The one error that a person is meant to read."""


class CrmwbError(Exception):
    """Something that a person can mend.

    Its message is one sentence that says what is wrong, where, and what to do. Stages and the command line print it
    without a traceback and exit with 1.
    """
