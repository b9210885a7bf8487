"""Figures of a result, as a journal would print them: png and svg, lettered in Chinese or English."""

from ecocomp.outputs.figures.tornado import require_png, write_tornado
from ecocomp.outputs.figures.write import Figure, write_figure, write_figures

__all__ = ["Figure", "require_png", "write_figure", "write_figures", "write_tornado"]
