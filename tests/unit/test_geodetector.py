"""GeoDetector over a set of factors: one set of units, missing values counted, order and seed, what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp.drivers import geodetector, q_statistic

UNITS = [f"u{i:03}" for i in range(60)]


def table(seed: int = 0) -> tuple[pd.Series, pd.DataFrame]:
    """Return a response made of a step of x and of two classes, beside a factor of noise."""
    generator = np.random.default_rng(seed)
    x, noise = generator.uniform(size=60), generator.normal(size=60)
    kind = np.where(np.arange(60) % 3 == 0, "甲", "乙")
    y = 2.0 * (x > 0.5) + 1.5 * (kind == "甲") + generator.normal(scale=0.3, size=60)
    factors = pd.DataFrame({"x": x, "noise": noise, "kind": kind}, index=UNITS)
    return pd.Series(y, index=UNITS), factors


def test_it_tells_the_factors_from_the_noise() -> None:
    found = geodetector(*table(), permutations=199)
    factors = found.factors.set_index("factor")
    assert found.factors["factor"].tolist()[-1] == "noise"
    assert factors.loc["x", "p_permutation"] == factors.loc["kind", "p_permutation"] == 1 / 200
    assert factors.loc["noise", "p_permutation"] > 0.05
    assert factors.loc["kind", "method"] == "given"
    assert factors["p_noncentral_f"].notna().tolist() == [m == "given" for m in factors["method"]]
    assert found.strata.loc[found.strata["factor"] == "kind", ["interval", "stratum_units"]].values.tolist() == [
        ["乙", 40],
        ["甲", 20],
    ]


def test_strata_and_pairs_hold_together() -> None:
    y, factors = table()
    found = geodetector(y, factors, permutations=99)
    own = found.strata[found.strata["factor"] == "kind"]
    assert own["stratum_mean"].tolist() == pytest.approx([y[factors["kind"] == k].mean() for k in ("乙", "甲")])
    assert own["stratum_deviation"].tolist() == pytest.approx([y[factors["kind"] == k].std() for k in ("乙", "甲")])
    sizes = found.factors.set_index("factor")["strata"]
    assert found.risks.groupby("factor").size().to_dict() == {f: n * (n - 1) // 2 for f, n in sizes.items()}
    pairs = found.interactions.set_index(["factor", "other_factor"])
    assert set(pairs.index) == {("kind", "noise"), ("kind", "x"), ("noise", "x")}
    assert (pairs["joint_q"] >= pairs[["q", "other_q"]].max(axis=1)).all(), "joint strata refine both"
    q = found.factors.set_index("factor")["q"]
    assert pairs.loc[("kind", "x"), "q"] == q["kind"]
    assert pairs.loc[("kind", "x"), "p_joint"] == 1 / 100


def test_units_without_a_value_are_left_out_of_every_factor_and_counted() -> None:
    y, factors = table()
    y.iloc[0], factors.loc[UNITS[1], "x"], factors.loc[UNITS[2], "kind"] = np.nan, np.inf, ""
    found = geodetector(y, factors, permutations=99)
    assert set(found.factors["units_used"]) == {57}
    assert set(found.factors["units_missing"]) == {3}
    kept = factors.index[3:]
    kinds = np.unique(factors.loc[kept, "kind"], return_inverse=True)[1]
    assert found.factors.set_index("factor").loc["kind", "q"] == pytest.approx(q_statistic(y[kept], kinds))


def test_the_order_of_units_and_of_factors_changes_nothing() -> None:
    y, factors = table()
    plain = geodetector(y, factors, permutations=99)
    shuffled = factors.sample(frac=1, random_state=2)[["kind", "x", "noise"]]
    other = geodetector(y.sample(frac=1, random_state=3), shuffled, permutations=99)
    for name in ("factors", "interactions", "strata", "risks"):
        pd.testing.assert_frame_equal(getattr(plain, name), getattr(other, name), check_exact=True)


def test_labelled_arrays_give_what_a_table_gives() -> None:
    y, factors = table()
    array = xr.DataArray(y.to_numpy(), dims="unit", coords={"unit": UNITS, "name": ("unit", UNITS)})
    data = xr.Dataset.from_dataframe(factors.rename_axis("unit"))
    pd.testing.assert_frame_equal(geodetector(array, data, 99).factors, geodetector(y, factors, 99).factors)


def test_the_same_seed_gives_the_same_p_and_p_alone_depends_on_it() -> None:
    y, factors = table()
    first, again, other = (geodetector(y, factors, 99, seed=s).factors for s in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first.drop(columns="p_permutation"), other.drop(columns="p_permutation"))


def test_a_factor_without_strata_is_told_and_has_no_q() -> None:
    y, factors = table()
    found = geodetector(y, factors.assign(same=1.0, own=UNITS), permutations=99)
    last = found.factors.set_index("factor").loc[["own", "same"]]
    assert last["q"].isna().all()
    assert last["method"].tolist() == ["", ""]
    assert not set(found.interactions["factor"]) & {"own", "same"}


def test_only_such_factors_leave_empty_tables_with_their_columns() -> None:
    y, factors = table()
    found = geodetector(y, factors.assign(same=1.0)[["same"]], permutations=99)
    assert len(found.factors) == 1
    assert found.strata.empty
    assert "stratum_mean" in found.strata
    assert found.risks.empty
    assert found.interactions.empty


def test_what_it_refuses() -> None:
    y, factors = table()
    with pytest.raises(ValueError, match="same in every unit"):
        geodetector(y * 0, factors)
    with pytest.raises(ValueError, match="9 units have the response"):
        geodetector(y[:9], factors[:9])
    with pytest.raises(ValueError, match="different units"):
        geodetector(y[:50], factors)
    with pytest.raises(ValueError, match="'u000' occurs more than once in the response"):
        geodetector(pd.concat([y, y[:1]]), factors)
    with pytest.raises(ValueError, match="1 or more"):
        geodetector(y, factors, permutations=0)
