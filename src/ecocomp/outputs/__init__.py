"""What a run hands over, made from a `Result` only: tables, maps, figures, workbook and report."""

from ecocomp.outputs.store import SCENARIOS, open_run, read_manifest, require_writable, save

__all__ = ["SCENARIOS", "open_run", "read_manifest", "require_writable", "save"]
