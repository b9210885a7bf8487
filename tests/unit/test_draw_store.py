"""Draws set aside on disk: what goes in comes out, runs go on where they stopped, and nothing foreign is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from ecocomp.issues import UsageError
from ecocomp.uncertainty import Answers, Case, discard, in_this_process, propagate
from ecocomp.uncertainty.chunk import Piece, chunk_of, chunks
from ecocomp.uncertainty.store import DrawStore, draw_store, key_of_case
from uncertain import ERRORS, case_with

STATED = {"draws": 700, "errors": ERRORS, "cluster_draws": 300, "cluster_permutations": 99}


class StoppedError(Exception):
    """Stands for whatever ends a run in the middle."""


def stopping_after(number: int):
    def compute(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
        yield from in_this_process(case, pieces[:number], store)
        raise StoppedError

    return compute


def noting(asked: list[Piece]):
    def compute(case: Case, pieces: Sequence[Piece], store: DrawStore) -> Iterator[Piece]:
        asked.extend(pieces)
        return in_this_process(case, pieces, store)

    return compute


def assert_same(one: Answers, other: Answers) -> None:
    for name in ("units", "region", "centres"):
        assert getattr(one, name).equals(getattr(other, name)), name


def silent(_: str) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def case() -> Case:
    case = case_with(STATED, units=12)
    assert chunks(case) == [(0, 256), (256, 512), (512, 700)]
    return case


@pytest.fixture(scope="module")
def whole(case: Case) -> Answers:
    return propagate(case)


def test_a_chunk_comes_back_bit_for_bit(case: Case, tmp_path: Path) -> None:
    made = {piece: chunk_of(case, *piece) for piece in chunks(case)}
    with draw_store(case, tmp_path, chunks(case), silent) as store:
        for piece in reversed(made):  # in whatever order they are done
            store.put(piece, made[piece])
        assert store.pieces() == list(made)
        counts, regional, centres = store.rest((256, 512))
        chunk = made[(256, 512)]
        assert {name: values.tolist() for name, values in counts.items()} == {
            name: values.tolist() for name, values in chunk.counts.items()
        }
        for name, values in chunk.regional.items():
            np.testing.assert_array_equal(regional[name], values)
        np.testing.assert_array_equal(centres, chunk.centres)
        store.cells_at_once = 36  # the groups of rows were written for all 36 unit-years at once
        [block] = store.blocks()
        assert block == slice(0, 36)
        amounts, ranks = store.draws_of(block)
        np.testing.assert_array_equal(
            amounts, np.concatenate([c.amounts for c in made.values()], axis=2).reshape(36, 700)
        )
        np.testing.assert_array_equal(ranks, np.concatenate([c.ranks for c in made.values()], axis=2).reshape(36, 700))


def test_blocks_of_unit_years_are_read_alone(case: Case, tmp_path: Path) -> None:
    store = DrawStore(tmp_path, 3, 12, 700)
    store.cells_at_once = 7  # 36 unit-years in groups of 7, the last of 1
    for piece in chunks(case):
        store.put(piece, chunk_of(case, *piece))
    assert pq.read_metadata(tmp_path / "0000256-0000512" / "draws.parquet").num_row_groups == 6
    blocks = store.blocks()
    assert [block.stop for block in blocks] == [7, 14, 21, 28, 35, 36]
    expected = np.concatenate([chunk_of(case, *piece).amounts for piece in chunks(case)], axis=2).reshape(36, 700)
    np.testing.assert_array_equal(np.concatenate([store.draws_of(block)[0] for block in blocks]), expected)


def test_anyone_can_read_the_draws_as_parquet(case: Case, tmp_path: Path) -> None:
    with draw_store(case, tmp_path, chunks(case), silent) as store:
        store.put((0, 256), chunk_of(case, 0, 256))
    [part] = tmp_path.glob("*/0000000-0000256")
    table = pq.read_table(part / "draws.parquet").to_pandas()
    assert list(table) == ["amount", "rank"]
    assert len(table) == 3 * 12 * 256


@pytest.mark.parametrize("done", [0, 1, 2])
def test_an_interrupted_run_goes_on_where_it_stopped(case: Case, whole: Answers, tmp_path: Path, done: int) -> None:
    with pytest.raises(StoppedError):
        propagate(case, compute=stopping_after(done), folder=tmp_path)
    asked: list[Piece] = []
    told: list[str] = []
    resumed = propagate(case, told.append, compute=noting(asked), folder=tmp_path)
    assert asked == chunks(case)[done:]
    assert any("were computed before" in text for text in told) == (done > 0)
    assert_same(resumed, whole)
    discard(tmp_path)
    assert not tmp_path.exists()


@pytest.mark.parametrize("name", ["draws.parquet", "units.parquet", "region.parquet", "sums.json"])
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_part_is_told_and_computed_again(
    case: Case, whole: Answers, tmp_path: Path, name: str, damage: str
) -> None:
    propagate(case, folder=tmp_path)
    [file] = tmp_path.glob(f"*/0000256-0000512/{name}")
    data = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    else:
        data[len(data) // 2] ^= 1
        file.write_bytes(data if damage == "flipped" else data[: len(data) // 2])
    asked: list[Piece] = []
    told: list[str] = []
    again = propagate(case, told.append, compute=noting(asked), folder=tmp_path)
    assert asked == [(256, 512)]
    assert told[0] == "draws 256 to 511 were damaged on disk and are computed again"
    assert_same(again, whole)


def test_a_part_that_was_being_written_is_not_used(case: Case, tmp_path: Path) -> None:
    propagate(case, folder=tmp_path)
    [own] = tmp_path.iterdir()
    (own / "0000256-0000512").rename(own / "partial-256-1")
    asked: list[Piece] = []
    propagate(case, compute=noting(asked), folder=tmp_path)
    assert asked == [(256, 512)]
    assert not list(own.glob("partial*"))


def test_a_part_that_is_there_is_not_written_twice(case: Case, tmp_path: Path) -> None:
    store = DrawStore(tmp_path, 3, 12, 700)
    for _ in range(2):  # a worker that set its chunk aside may die before it says so
        store.put((0, 256), chunk_of(case, 0, 256))
    assert [path.name for path in tmp_path.iterdir()] == ["0000000-0000256"]


@pytest.mark.parametrize(
    "other",
    [
        {"uncertainty": STATED | {"robust": 0.9}},
        {"uncertainty": STATED, "study": {"name": "Fictional", "seed": 8}},
    ],
)
def test_draws_of_another_study_are_not_used(case: Case, tmp_path: Path, other: dict) -> None:
    propagate(case, folder=tmp_path)
    asked: list[Piece] = []
    different = case_with(units=12, **other)
    propagate(different, compute=noting(asked), folder=tmp_path)
    assert asked == chunks(different)
    assert len(list(tmp_path.iterdir())) == 2


def changed(case: Case, **fields: object) -> Case:
    names = ("study", "panel", "geometry", "names", "member_of", "revisions", "probabilities")
    return Case(**{name: fields.get(name, getattr(case, name)) for name in names})


def test_the_key_hangs_on_every_input_and_on_the_code(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of_case(case)
    assert key == key_of_case(case_with(STATED, units=12)), "the same study has the same key in another run"
    panel = case.panel.copy(deep=True)
    panel["gdp"][1, 3] = np.nextafter(float(panel["gdp"][1, 3]), np.inf)
    moved = case.geometry.set_geometry(case.geometry.translate(xoff=1e-9))
    others = [key_of_case(changed(case, panel=panel)), key_of_case(changed(case, geometry=moved)),
              key_of_case(changed(case, member_of=None))]  # fmt: skip
    monkeypatch.setattr("ecocomp.uncertainty.environment.environment", lambda: {"code": "other"})
    others.append(key_of_case(case))
    assert len({key, *others}) == 5


def test_two_runs_do_not_fill_one_store(case: Case, tmp_path: Path) -> None:
    with draw_store(case, tmp_path, [], silent):
        with pytest.raises(UsageError, match="another run is computing the same draws"):
            propagate(case, folder=tmp_path)
        discard(tmp_path)
        assert len(list(tmp_path.iterdir())) == 1, "what another run fills stays"
    discard(tmp_path)
    assert not tmp_path.exists()


def test_a_folder_that_cannot_be_made_is_told(case: Case, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be set aside in .*Not a directory.*give another folder with -o"):
        propagate(case, folder=tmp_path / "file" / "draws")


@pytest.fixture
def small_files() -> Iterator[None]:
    """Let no file of this process grow beyond 16 KiB: writing fails as on a full disk, with EFBIG."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**14, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize(("lasting", "remedy"), [(True, "give another folder with -o"), (False, "set TMPDIR")])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    case: Case, tmp_path: Path, lasting: bool, remedy: str
) -> None:
    with pytest.raises(UsageError, match=rf"cannot be set aside in .*File too large.*{remedy}"):
        propagate(case, folder=tmp_path if lasting else None)
    left = [path.name for path in tmp_path.glob("*/*")]
    assert left == (["lock"] if lasting else [])
