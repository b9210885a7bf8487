"""The main flow: check, load and run a study."""

from ecocomp.pipeline.flow import check, load, uncertain_case
from ecocomp.pipeline.scenarios import run

__all__ = ["check", "load", "run", "uncertain_case"]
