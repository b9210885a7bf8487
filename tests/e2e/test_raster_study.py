"""A study whose sequestration comes from rasters, from its file to its report, in a folder with a Chinese name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import ecocomp
import raster_files
import tiny
from ecocomp.cli import main

pytestmark = pytest.mark.rasters

COLUMN = 'sequestration = { column = "吸收", unit = "Mt CO2" }'
SECTION = '[rasters."净初级"]\nfiles = "栅格/净初级生产力_{year}.tif"\nproduct = "MOD17A3HGF"\n\n[compensation]'


def write(folder: Path, **more: str) -> Path:
    path = tiny.write_study(
        folder, replace={COLUMN: 'sequestration = { npp = { raster = "净初级" } }', "[compensation]": SECTION, **more}
    )
    for year, factor in ((2010, 1.0), (2015, 1.1)):
        fine = np.kron([[300, 400, 500], [6000, 7000, 8000]], np.ones((6, 6))) * factor
        raster_files.write(
            folder / "栅格" / f"净初级生产力_{year}.tif", fine, dtype="int16", origin=(115.0, 39.3), cell=0.05
        )
    return path


def test_from_study_to_report(tmp_path):
    study = write(tmp_path / "研究 甲")
    out = tmp_path / "结果"
    ran = CliRunner().invoke(main, ["run", str(study), "-o", str(out), "--lang", "en"])
    assert ran.exit_code == 0, ran.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data_origin"] == "modelled"
    raster = manifest["inputs"]["raster 净初级: 净初级生产力_2010.tif"]
    assert raster["file"] == "栅格/净初级生产力_2010.tif"
    page = next(out.glob("report*.html")).read_text(encoding="utf-8")
    assert "NPP uptake (upper bound)" in page
    checked = CliRunner().invoke(main, ["verify", str(out)])
    assert checked.exit_code == 0, checked.output
    changed = study.parent / "栅格" / "净初级生产力_2015.tif"
    changed.write_bytes(changed.read_bytes() + b"\0")
    again = CliRunner().invoke(main, ["verify", str(out)])
    assert again.exit_code == 4
    assert "净初级生产力_2015.tif has changed" in again.output


def test_what_is_wrong_with_rasters_stands_beside_the_rest(tmp_path):
    study = write(tmp_path / "研究 乙", **{'unit = "CNY/t CO2"': 'preset = "?"', "value = 50, ": ""})
    (study.parent / "栅格" / "净初级生产力_2015.tif").unlink()
    issues = ecocomp.check(ecocomp.Study.load(study))
    assert {i.code for i in issues if i.severity == "error"} >= {"raster-file"}
    assert any("preset" in str(i) or "price" in i.code for i in issues)


def test_without_the_packages_the_command_that_installs_them_is_named(tmp_path, monkeypatch):
    from importlib import util

    study, find_spec = write(tmp_path / "研究"), util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *more: None if name == "rasterio" else find_spec(name, *more))
    ran = CliRunner().invoke(main, ["run", str(study), "-o", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert "python -m pip install 'ecocomp[rasters]'" in ran.output
