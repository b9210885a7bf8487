"""The command line: arguments, progress, exit codes. Heavy imports stay inside the commands."""

from ecocomp.cli import comparing, drawing, folders, published, studies  # each adds its commands to the program
from ecocomp.cli.frame import main

__all__ = ["comparing", "drawing", "folders", "main", "published", "studies"]
