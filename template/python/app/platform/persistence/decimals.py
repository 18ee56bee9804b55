"""One form of decimals for every database."""

from decimal import Decimal

PRECISION = 18
SCALE = 4


def plain(value: Decimal) -> Decimal:
    """Return `value` without trailing zeros or an exponent: 9.99 for 9.9900, 100 for 1E+2."""
    integral = value.to_integral_value()
    return integral.quantize(Decimal(1)) if value == integral else value.normalize()
