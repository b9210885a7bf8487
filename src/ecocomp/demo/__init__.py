"""Embedded demonstration data: modelled values on real outlines, or a fictional region."""

from ecocomp.demo.files import NOTICE, outlines_installed, prepare, require_own, write
from ecocomp.demo.region import modelled_region

__all__ = ["NOTICE", "modelled_region", "outlines_installed", "prepare", "require_own", "write"]
