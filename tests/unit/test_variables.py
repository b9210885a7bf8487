"""The variables table: the only list of quantities and columns."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from ecocomp.issues import Issue
from ecocomp.units import scale
from ecocomp.variables import ORIGINS, inputs, label, table, variable, weakest_origin

INTERFACE = {  # columns that interface.md promises, written out by hand
    "results": "unit name year emissions sequestration gdp population area account size_index revised price "
    "stage_coefficient amount group priority rank priority_class local_moran p_value p_fdr cluster data_origin",
    "regional": "year units payers recipients balanced missing payments receipts gap transferred unallocated moran_i "
    "moran_z moran_p n_HH n_LL n_HL n_LH n_ns n_isolate",
    "centres": "year weighting lon lat leverage host_unit distance_km bearing_deg speed_km_a",
    "ellipses": "year weighting lon lat semi_major_km semi_minor_km rotation_deg area_km2",
    "balance": "year n payments_top_n receipts_top_n",
    "transfers": "year payer recipient amount",
}


def test_every_column_of_the_interface_stands_in_the_table() -> None:
    for name, columns in INTERFACE.items():
        assert set(columns.split()) <= set(table()), name
    assert set(Issue.columns()) <= set(table())


def test_no_name_stands_twice() -> None:
    text = resources.files("ecocomp").joinpath("variables.csv").read_text(encoding="utf-8")
    names = [row["name"] for row in csv.DictReader(text.splitlines())]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", table())
def test_every_row_is_complete_and_within_the_allowed_words(name: str) -> None:
    v = variable(name)
    assert v.role in ("key", "input", "result")
    assert v.kind in ("extensive", "intensive", "count", "ordinal", "label")
    assert v.hard_bounds in ("", "minimum", "both")
    assert v.label_en
    assert v.meaning
    assert any("\u4e00" <= c <= "\u9fff" for c in v.label_zh)
    if v.kind in ("label", "ordinal"):
        assert v.unit == ""
    else:
        assert v.unit
    if v.minimum is not None and v.maximum is not None:
        assert v.minimum < v.maximum
    if v.hard_bounds:
        assert v.minimum is not None
    if v.hard_bounds == "both":
        assert v.maximum is not None
    if v.open_minimum:
        assert v.minimum is not None


@pytest.mark.parametrize("name", inputs())
def test_the_canonical_unit_of_an_input_is_in_the_grammar(name: str) -> None:
    assert scale(variable(name).unit, variable(name).unit) == 1.0


def test_the_bounds_of_the_inputs() -> None:
    # methods.md: A, P, G must be positive; emissions cannot be below zero, sequestration can (a net source of land)
    for name in ("gdp", "population", "area"):
        v = variable(name)
        assert (v.minimum, v.open_minimum, v.hard_bounds) == (0, True, "minimum"), name
    assert (variable("emissions").minimum, variable("emissions").hard_bounds) == (0, "minimum")
    assert variable("sequestration").hard_bounds == ""
    assert (variable("engel_coefficient").maximum, variable("engel_coefficient").hard_bounds) == (1, "both")


def test_labels_carry_their_unit() -> None:
    assert label("emissions") == "Emissions [Mt CO2]"
    assert label("emissions", "zh") == "碳排放量 [Mt CO2]"
    assert label("amount", unit="10⁸ CNY") == "Compensation amount [10⁸ CNY]"
    assert label("priority") == "Compensation priority", "a ratio prints no unit"
    assert label("cluster", "zh") == "聚类类型"


def test_an_unknown_variable_is_a_key_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="emisions"):
        variable("emisions")


def test_the_weakest_origin_wins() -> None:
    assert ORIGINS == ("given", "published", "modelled", "downscaled", "imputed")
    assert weakest_origin("given") == "given"
    assert weakest_origin("modelled", "given", "published") == "modelled"
    assert weakest_origin("imputed", "downscaled") == "imputed"
