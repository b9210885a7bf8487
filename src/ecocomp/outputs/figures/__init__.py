"""Figures of a result, as a journal would print them: png and svg, lettered in Chinese or English."""

from ecocomp.outputs.figures.write import Figure, write_figures

__all__ = ["Figure", "write_figures"]
