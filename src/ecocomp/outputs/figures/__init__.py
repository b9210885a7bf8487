"""Figures of a result, as a journal would print them, lettered in Chinese or English."""

from ecocomp.outputs.figures.designs import DESIGNS, design_of
from ecocomp.outputs.figures.fonts import require_chinese_font
from ecocomp.outputs.figures.page import FORMATS
from ecocomp.outputs.figures.tornado import require_png, write_tornado
from ecocomp.outputs.figures.write import Figure, figure_names, write_figure, write_figures

__all__ = [
    "DESIGNS",
    "FORMATS",
    "Figure",
    "design_of",
    "figure_names",
    "require_chinese_font",
    "require_png",
    "write_figure",
    "write_figures",
    "write_tornado",
]
