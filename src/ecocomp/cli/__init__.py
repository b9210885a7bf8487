"""The command line: arguments, progress, exit codes. Heavy imports stay inside the commands."""

# each adds its commands to the program
from ecocomp.cli import comparing, describing, drawing, exploring, folders, published, studies
from ecocomp.cli.frame import main

__all__ = ["comparing", "describing", "drawing", "exploring", "folders", "main", "published", "studies"]
