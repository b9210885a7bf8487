"""A fictional region of any size: county-like polygons, or square cells up to a million."""

from ecocomp.synthetic.region import CELLS_ABOVE, region

__all__ = ["CELLS_ABOVE", "region"]
