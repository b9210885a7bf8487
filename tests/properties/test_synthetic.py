import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecocomp.synthetic import region
from ecocomp.synthetic.fields import smooth_field


@settings(max_examples=20, deadline=None)
@given(units=st.integers(1, 120), seed=st.integers(0, 2**32 - 1))
def test_every_region_is_a_connected_tiling_of_positive_accounts(units, seed):
    inputs = region(units, (2012,), seed)
    shapes = inputs.geometry.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    union = shapely.union_all(shapes)
    assert union.geom_type == "Polygon"
    assert np.isclose(union.area, shapely.area(shapes).sum(), rtol=1e-9)
    assert all(bool((values > 0).all()) for values in inputs.panel.values())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_field_is_a_function_of_place(seed):
    generator = np.random.default_rng(seed)
    x, y = generator.uniform(-500, 500, (2, 40))
    order = generator.permutation(40)
    field = smooth_field(x, y, 50.0, seed)
    assert (smooth_field(x[order], y[order], 50.0, seed) == field[order]).all()
    assert smooth_field(x[:1], y[:1], 50.0, seed) == field[:1]
