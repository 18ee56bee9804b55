"""Decimals look the same whatever kept them."""

from decimal import Decimal

PRECISION = 18
SCALE = 4


def plain(value: Decimal) -> Decimal:
    """`value` without trailing zeros or an exponent: 9.9900 is 9.99, 1E+2 is 100."""
    integral = value.to_integral_value()
    return integral.quantize(Decimal(1)) if value == integral else value.normalize()
