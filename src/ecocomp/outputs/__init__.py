"""What a run hands over, made from a `Result` only: tables, maps, figures, workbook and report."""

from ecocomp.outputs.store import open_run, read_manifest, require_writable, save

__all__ = ["open_run", "read_manifest", "require_writable", "save"]
