"""Units of measure in base units, exactly, so that 5 mg and 0.005 g are the same.

https://ucum.org/ucum
"""

from facade.search.ucum.canonical import Unit, canonical

__all__ = ["Unit", "canonical"]
