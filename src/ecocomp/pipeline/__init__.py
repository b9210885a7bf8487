"""The main flow: check, load and run a study."""

from ecocomp.pipeline.flow import check, load, run, uncertain_case

__all__ = ["check", "load", "run", "uncertain_case"]
