"""Computing rates that say what they count, so that unlike ones are never added or divided."""

from dataclasses import dataclass
from typing import Final, Literal

from model.errors import InputError

Precision = Literal["fp64", "fp64_tensor", "fp32", "tf32", "bf16", "fp16", "fp8", "fp4"]

TERA: Final = 1e12
EXA: Final = 1e18


@dataclass(frozen=True)
class Performance:
    """Floating-point operations a second, at a precision, dense or by 2:1 sparsity, peak or run.

    `basis` is "peak" of the maker's figures, or "measured" by a benchmark's run.
    """

    flops: float
    precision: Precision
    sparse: bool = False
    basis: Literal["peak", "measured"] = "peak"

    def __add__(self, other: "Performance") -> "Performance":
        """The sum of two rates of one kind. Raises InputError where they differ in kind."""
        self._check(other, "added")
        return Performance(self.flops + other.flops, self.precision, self.sparse, self.basis)

    def __truediv__(self, other: "Performance") -> float:
        """How many times another rate of the same kind. Raises InputError where they differ."""
        self._check(other, "compared")
        return self.flops / other.flops

    def times(self, count: int) -> "Performance":
        """So many of it."""
        return Performance(self.flops * count, self.precision, self.sparse, self.basis)

    @property
    def kind(self) -> str:
        """What it counts, in words: "FP8, with 2:1 sparsity, peak"."""
        sparsity = "with 2:1 sparsity" if self.sparse else "dense"
        return f"{self.precision.upper().replace('_', ' ')}, {sparsity}, {self.basis}"

    def _check(self, other: "Performance", verb: str) -> None:
        if self.kind != other.kind:
            raise InputError(
                f"{self.kind} and {other.kind} cannot be {verb}",
                hint="bring both to one precision, sparsity and basis first.",
            )
