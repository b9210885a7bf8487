"""Passages and captions in Chinese: no English is left in them, and their punctuation is full-width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import resources
from typing import Any

import pytest
from babel.messages.pofile import read_po

from ecocomp.comparison import with_scenarios
from ecocomp.language import language_of
from ecocomp.outputs.report.decomposition import decomposition_passage, forces
from ecocomp.outputs.report.drivers import driver_passage, drivers_section
from ecocomp.outputs.report.fairness import fairness_passage, fairness_section
from ecocomp.outputs.report.histories import cluster_changes
from ecocomp.outputs.report.outlook import outlook_passage, prospects
from ecocomp.outputs.report.scenarios import scenario_section
from ecocomp.outputs.report.settlement import settlement_passage, transfers_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.outputs.report.uncertainty import certainty, uncertainty_passage
from messages import PLACE
from unit.chinese import foreign, half_width
from unit.figure_results import tiny_result
from unit.passage_results import NAMES, decomposed, drawn, projected, settled, study_of
from unit.report_results import make_result
from unit.test_report_drivers import result as with_drivers
from unit.test_report_fairness import assessed

ZH = language_of("zh")
WORDING = Wording(ZH, NAMES, "Mt CO2 at mean size", notional=True)
CITED = [
    "Theil", "Raffinetti", "Kakwani", "van den Berg", "Baer", "Gardner", "McKenzie", "Dietz", "Rosa", "Deng", "Ang",
    "Liu",
]  # fmt: skip
GIVEN = ["province", "East", "West", "slow", "forest", "scenarios/%E9%AB%98%E4%BB%B7/report.html"]
"""Names that the studies of this test give."""
SOFTWARE = ["spreg", "mgwr", "uncertainty.csv", "draws_suffice"]


def own_messages() -> list[str]:
    with resources.files("ecocomp.language").joinpath("zh/passages.po").open("rb") as lines:
        return [str(entry.string) for entry in read_po(lines, locale="zh") if entry.id]


def test_no_english_is_left_in_the_translations() -> None:
    left = {m: foreign(PLACE.sub("", m), [*CITED, *SOFTWARE]) for m in own_messages()}
    assert {message: words for message, words in left.items() if words} == {}


def test_punctuation_is_full_width() -> None:
    left = {m: half_width(PLACE.sub("甲", m.replace("GM(1,1)", "某"))) for m in own_messages()}
    assert {message: marks for message, marks in left.items() if marks} == {}


def _transfers() -> Any:
    transport = {"method": "transport", "cap": {"share": 0.02}, "nesting": ["province"], "carry_over": True}
    result = settled(**transport)
    study = study_of(result)
    return transfers_section(result, study, WORDING), settlement_passage(study.settlement, ZH)[1]


def _fairness() -> Any:
    result = assessed([3e8, 0.0, -3e8])
    return fairness_section(result, WORDING), _texts(fairness_passage(result, ZH))


def _drivers() -> Any:
    result = with_drivers.__wrapped__()
    study = study_of(result)
    return drivers_section(result, study, WORDING), _texts(driver_passage(study, ZH))


def _outlook() -> Any:
    result = projected(methods=["stirpat", "gm11"])
    study = study_of(result)
    return prospects(result, study, WORDING), _texts(outlook_passage(study, ZH))


def _forces() -> Any:
    result = decomposed()
    return forces(result, WORDING), _texts(decomposition_passage(result, ZH))


def _certainty() -> Any:
    result = drawn()
    study = study_of(result)
    return certainty(result, study, WORDING), _texts(uncertainty_passage(study, ZH))


def _scenarios() -> Any:
    return scenario_section(with_scenarios(tiny_result([5, -5, 1]), {"高价": tiny_result([10, -5, -1])}), WORDING)


def _clusters() -> Any:
    result = make_result()
    return cluster_changes(result, study_of(result), WORDING)


SECTIONS = (_transfers, _fairness, _drivers, _outlook, _forces, _certainty, _scenarios, _clusters)


def _texts(passages: list[Any]) -> list[Any]:
    """Return titles and texts of passages; formulas are of no language."""
    return [(passage.title, *passage.text) for passage in passages]


def strings(thing: Any) -> Iterator[str]:
    """Yield every text in what a section holds."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            if field.name != "file":
                yield from strings(getattr(thing, field.name))
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from strings(part)


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_rendered_is_chinese(section: Callable[[], Any]) -> None:
    found = [text for text in strings(section()) if text]
    assert sum("\u4e00" <= text[0] <= "\u9fff" for text in found) > 2
    left = {text: foreign(text, [*CITED, *SOFTWARE, *GIVEN, "u0", "u1", "u2"]) for text in found}
    assert {text: words for text, words in left.items() if words} == {}
