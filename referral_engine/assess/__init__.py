"""Assessment: how well rules and units do, with numerator, denominator and what is left out."""
