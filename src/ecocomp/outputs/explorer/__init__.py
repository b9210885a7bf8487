"""The explorer: one self-contained page that holds a run, its map and the model itself."""

from ecocomp.outputs.explorer.page import write_explorer

__all__ = ["write_explorer"]
