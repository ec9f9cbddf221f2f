"""Numbers with six digits, as `format` writes them."""

import numpy as np

DIGITS = 6
NEAR_HALF = 1e-4  # of a unit of the last digit: there the processor's own products are not exact enough
LEAST, MOST = 1e-15, 1e15  # beyond, powers of ten are not exact


def six_digits(values: np.ndarray) -> np.ndarray:
    """Return each number with its first six digits, unknown ones as they are.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Floats.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.predict.rounding import six_digits
    >>> six_digits(np.array([1234567.0, 0.12345649, -2.0, np.nan])).tolist()
    [1234570.0, 0.123456, -2.0, nan]
    """
    out = np.array(values, dtype=np.float64)
    size = np.abs(out)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        places = DIGITS - 1 - np.floor(np.log10(size))
        shift = 10.0 ** np.abs(places)
        units = np.where(places >= 0, out * shift, out / shift)
        whole = np.rint(units)
        rounded = np.where(places >= 0, whole / shift, whole * shift)
        # where log10 is off by one beside a power of ten, a digit more or less would be kept
        plain = (size > LEAST) & (size < MOST) & (np.abs(whole) < 10**DIGITS) & (np.abs(whole) >= 10 ** (DIGITS - 1))
        plain &= np.abs(np.abs(units - np.floor(units)) - 0.5) > NEAR_HALF
    slow = ~plain & (out != 0) & np.isfinite(out)
    out[plain] = rounded[plain]
    out[slow] = [float(f"{value:.{DIGITS}g}") for value in out[slow]]
    return out
