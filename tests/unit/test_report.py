"""The report as a page: whole, self-contained, escaped, and graceful where something is absent."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report import write_report
from ecocomp.outputs.report.caveats import caveats, is_npp
from ecocomp.outputs.report.histories import ClusterChanges, cluster_changes
from ecocomp.outputs.report.method import method
from ecocomp.outputs.report.page import css_string, prose
from ecocomp.outputs.report.result_tables import class_table, result_tables, revision_legend
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from ecocomp.study import Revision, Study
from unit.report_results import NAMES, PICTURE, figures, make_result

NOTICE = "Modelled demonstration data, not observations"
RESOURCES = {"src", "href", "data", "poster", "srcset", "action", "background"}


class Page(HTMLParser):
    """What a browser would see: tags, attributes that could fetch, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: list[tuple[str, str, str]] = []
        self.alts: list[str] = []
        self.words: list[str] = []
        self.heads: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.open.append(tag)
        found = dict(attrs)
        self.links += [(tag, name, value or "") for name, value in attrs if name in RESOURCES]
        if tag == "img":
            self.alts.append(found.get("alt") or "")
        if tag == "th":
            self.heads.append(found)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def page(result: Result, folder: Path, names: tuple[str, ...] = ("accounts", "balance")) -> tuple[Page, str]:
    target = folder / "报告.html"
    write_report(result, figures(folder, names), target)
    html = target.read_text(encoding="utf-8")
    return Page(html), html


def test_the_page_is_self_contained(tmp_path: Path) -> None:
    seen, html = page(make_result(notice=NOTICE), tmp_path)
    assert not set(seen.tags) & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, name, value in seen.links:
        inside = value.startswith("#") or value.startswith("data:image/png;base64,")
        assert inside or (tag == "a" and name == "href" and value.startswith("https://doi.org/10.")), (tag, name, value)
    assert "@import" not in html
    assert "url(" not in html
    assert html.lstrip().startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in html


def test_figures_are_embedded_with_their_captions(tmp_path: Path) -> None:
    seen, html = page(make_result(), tmp_path)
    assert seen.alts == ["What accounts shows in Mt CO₂.", "What balance shows in Mt CO₂."]
    assert base64.b64encode(PICTURE).decode() in html
    assert "Figure 1. What accounts shows" in seen.text


def test_every_table_has_a_caption_and_scoped_heads(tmp_path: Path) -> None:
    seen, _ = page(make_result(), tmp_path)
    assert seen.tags["table"] == seen.tags["caption"] > 10
    assert all(head.get("scope") in ("col", "row", "colgroup", "rowgroup") for head in seen.heads)


def test_the_notice_stands_by_every_table_and_figure(tmp_path: Path) -> None:
    seen, html = page(make_result(notice=NOTICE), tmp_path)
    assert seen.text.count(NOTICE) == seen.tags["table"] + seen.tags["figure"] + 2  # and at head and foot
    assert f'content: "{NOTICE}"' in html
    assert "notice" not in page(make_result(), tmp_path)[0].text


def test_the_summary_is_derived(tmp_path: Path) -> None:
    text = page(make_result(), tmp_path)[0].text.replace("\u00a0", " ")
    # 2015: payments 4e8 + 1e8, receipts 2e8
    assert "In 2015, of 4 units, 2 pay, 1 receives and 1 is missing." in text
    assert "payments exceed receipts by 3.00 × 10⁸ CNY, 2.5 to 1." in text
    assert "By priority in 2015, the first payers are Alpha and Beta; the first recipient is Gamma." in text
    assert "2 units lie in clusters of high amounts among high ones (HH), all of them in East (2)." in text
    assert "in Beta (2010: 1.50° E, 0.50° N). It moved 11 km to the south-south-west from 2010 to 2015." in text
    assert "In 2015 no N balances; the sums are closest at N = 1" in text


def test_method_and_limits_follow_the_study(tmp_path: Path) -> None:
    text = page(make_result(), tmp_path)[0].text
    assert "The price p is 60 CNY per t CO₂ in every year." in text
    assert "NPP uptake (upper bound)" in text
    assert "Amounts at mean size are notional" in text
    assert "Chen, J. et al. (2020)" in text
    settings = {
        "revision": {"method": "quota", "weights": {"population": 3, "gdp": 1}, "roles": {"gdp": "responsibility"}},
        "compensation": {"price": {"value": 220.0, "unit": "CNY/t C"}, "stage_coefficient": {"engel": 0.35}},
        "space": {"weights": "rook", "snap": 50.0, "alternative": "directed", "correction": "fdr"},
        "zoning": {"payers": "low_first"},
    }  # fmt: skip
    text = page(make_result(settings=settings), tmp_path)[0].text
    assert "population (weight 3/4, entitlement) and GDP (weight 1/4, responsibility, inverted)" in text
    assert "converted from a price per t C" in text
    assert "Engel coefficient En (0.35 throughout)" in text
    assert "(rook contiguity); gaps of up to 50 m still touch" in text
    assert "Payers are ranked by rising and recipients by falling priority" in text
    assert "after the Benjamini–Hochberg correction" in text
    assert "The gap is zero by construction" in text
    assert "notional" not in text.partition("How much the choice")[0]


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "size_normalised", "mean": "arithmetic", "rescale": "gross", "reference": "pooled"},
        {"method": "size_normalised", "mean": "harmonic", "rescale": "net", "reference": 2010},
        {"method": "theoretical"},
        {"method": "threshold", "benchmark": "net"},
        {"method": "ecc_esc"},
        {"method": "none"},
    ],
)
def test_every_revision_has_its_words(tmp_path: Path, settings: dict[str, object]) -> None:
    seen, html = page(make_result(settings={"revision": settings}), tmp_path)
    assert "Revision:" in seen.text
    assert "&lt;sub" not in html


def test_no_recipients(tmp_path: Path) -> None:
    text = page(make_result(recipients=False), tmp_path)[0].text
    assert "none receives" in text
    assert "as no unit receives, all of it lacks a recipient" in text
    assert "In 2015 one side is empty, so that no N balances." in text
    assert "centre of gravity of receipts" not in text


def test_one_year_without_parents_or_comparison(tmp_path: Path) -> None:
    text = page(make_result((2015,), parents=False, revisions=False), tmp_path, ())[0].text
    assert "Since" not in text
    assert "Kendall's W" not in text
    assert "The study has one year, so that no change of clusters can be told." in text
    assert "transitions.csv" not in text
    assert "Change of clusters" not in text
    assert "Rey, S. J." not in text
    assert "It moved" not in text
    assert "Subtotals" not in text
    assert "How much the choice of revision decides" not in text


def changes(result: Result) -> ClusterChanges:
    names = dict(zip(result.histories["unit"], result.histories["name"], strict=True))
    found = cluster_changes(result, Study.from_dict(result.manifest["study"]), Wording(language_of("en"), names))
    assert found is not None
    return found


def test_how_the_clusters_changed(tmp_path: Path) -> None:
    text = page(make_result(), tmp_path)[0].text.replace("\u00a0", " ")
    assert "The number of high-high units (HH) is 2 in every year." in text
    assert "With 2 years no trend of a number can be significant at 0.05: the smallest p" in text
    assert "The class is the same in every year for 2 units in HH (Alpha and Beta) and 1 unit in LL (Gamma)." in text
    assert "Untested: lasting, with too few years" in text
    assert "markov.csv" not in text, "of one step the probabilities say nothing that the table of steps does not"
    found = changes(make_result())
    # rows from, columns to: HH, LL and missing occur
    assert [c.label for c in found.transitions.columns] == ["From", "HH", "LL", "missing"]
    rows = [["HH", "2", "0", "0"], ["LL", "0", "1", "0"], ["missing", "0", "0", "1"]]
    assert list(found.transitions.blocks) == [("2010 to 2015", rows)]
    assert found.patterns.blocks[0][1] == [
        ["new hot", "1", "Beta"], ["untested hot", "1", "Alpha"], ["new cold", "1", "Gamma"], ["missing", "1", ""],
    ]  # fmt: skip


def test_the_chain_stands_in_the_report_from_two_steps_on() -> None:
    result = make_result()
    regional = pd.concat([result.regional, result.regional.tail(1).assign(year=2018)], ignore_index=True)
    steady = result.markov["destination"].map({"HH": 0.25, "LL": 0.75})
    found = changes(replace(result, regional=regional, markov=result.markov.assign(steady_state=steady)))
    assert "rest on 2 steps of 3 to 5 years, each counted once. They lead to no single steady state" in found.chain
    assert found.markov.blocks[0][1] == [
        ["HH", "2", "1.000", "0.000"], ["LL", "1", "0.000", "1.000"], ["Steady state", "", "0.250", "0.750"],
    ]  # fmt: skip


def test_many_steps_are_added_up() -> None:
    result = make_result()
    steps = [result.transitions.assign(previous_year=y, year=y + 1) for y in range(2010, 2015)]
    found = changes(replace(result, transitions=pd.concat(steps, ignore_index=True)))
    # five steps: 5 times 2 units stay HH, 1 LL and 1 missing
    rows = [["HH", "10", "0", "0"], ["LL", "0", "5", "0"], ["missing", "0", "0", "5"]]
    assert list(found.transitions.blocks) == [("2010 to 2015, all 5 steps", rows)]


def test_a_trend_is_told_where_years_allow_one(tmp_path: Path) -> None:
    result = make_result()
    trends = result.cluster_trends.assign(smallest_p=0.0167)
    trends.loc[trends["cluster"] == "HH", ["trend_p", "slope"]] = [0.0167, 1.0]
    text = page(replace(result, cluster_trends=trends), tmp_path)[0].text.replace("\u00a0", " ")
    assert "the number of HH (p = 0.017; +1.0 units a year) has a trend significant at 0.05" in text


def test_no_clusters_and_no_issues(tmp_path: Path) -> None:
    result = make_result()
    calm = replace(result, results=result.results.assign(cluster="ns"), issues=result.issues.iloc[:0])
    text = page(calm, tmp_path)[0].text
    assert "No unit of 2015 is in a cluster of high amounts among high ones (HH)." in text
    assert "The checks found nothing to report." in text


def test_names_are_escaped_and_told_apart(tmp_path: Path) -> None:
    names = ('<b>"A"</b> & Co', "桥西区", "桥西区", "Delta")
    seen, html = page(make_result(names=names, notice='<i>"x"</i></style>'), tmp_path)
    assert '<b>"A"' not in html
    assert '<b>"A"</b> & Co' in seen.text
    assert "</style>" not in html.partition("</style>")[2].replace("&lt;/style&gt;", "")
    assert '<span lang="zh">桥西区</span> (East)' in html
    assert "桥西区 (West)" in seen.text


def test_issues_are_capped(tmp_path: Path) -> None:
    result = make_result()
    many = pd.concat([result.issues.iloc[[0]].assign(row=float(k)) for k in range(47)], ignore_index=True)
    text = page(replace(result, issues=many), tmp_path)[0].text
    assert "(47 times)" in text
    assert "and 17 more in issues.csv" in text


def test_flipped_units_are_named(tmp_path: Path) -> None:
    text = page(make_result(), tmp_path)[0].text
    assert "1 of 3 under quota" in text
    assert "Other revisions against size-normalised (geometric, this study)" in text
    assert NAMES[1] in text.partition("Other revisions against")[2]


def test_equal_sums_are_no_crossing(tmp_path: Path) -> None:
    result = make_result()
    equal = result.balance.assign(relative_difference=1e-16, crossing="no", closest="no")
    equal.loc[equal["n"] == 2, ["crossing", "closest"]] = "yes"
    text = page(replace(result, balance=equal), tmp_path)[0].text.replace("\u00a0", " ")
    assert "In 2015 no smaller N balances; the sums agree once all are counted (N = 2)." in text


def test_no_path_of_the_author_leaks(tmp_path: Path) -> None:
    _, html = page(make_result(), tmp_path)
    assert "/home/someone" not in html
    assert "ecocomp run hand.toml --compare-revisions" in html


def test_filters() -> None:
    assert prose("a < b & 1.0 × 10⁸ CNY") == "a &lt; b &amp; 1.0\u00a0×\u00a010⁸\u00a0CNY"
    assert css_string('a"</style>') == '"a\\22 \\3c \\2f style\\3e "'


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("MOD17A3HGF", True), ("our net\n primary production", True), ("净初级生产力", True), ("NPP 2015", True),
        ("Chen et al. 2020", True), (None, None), ("…", None), ("...", None), ("statistical yearbook", None),
        ("NEP = NPP less soil respiration", None), ("NEP of a model", False), ("forest inventory", False),
        ("eddy flux towers", False), ("net ecosystem exchange", False),
    ],
)  # fmt: skip
def test_only_a_source_that_says_otherwise_drops_the_upper_bound(source: str | None, known: bool | None) -> None:
    manifest = make_result().manifest["study"]
    quantity = {"column": "seq", "unit": "Mt CO2"} | ({"source": source} if source is not None else {})
    study = Study.from_dict(manifest | {"quantities": manifest["quantities"] | {"sequestration": quantity}})
    assert is_npp(study) is known
    heads = [head for head, _ in caveats(make_result(), study, language_of("en"))]
    assert ("Sequestration may be an upper bound" in heads) == (known is None)
    assert ("Sequestration is NPP uptake (upper bound)" in heads) == (known is True)


def test_a_directed_p_labels_twice_as_many_at_random(tmp_path: Path) -> None:
    def text(alternative: str) -> str:
        settings = {"space": {"alternative": alternative, "alpha": 0.5}}
        return page(make_result(settings=settings), tmp_path)[0].text.replace("\u00a0", " ")

    assert "At p < 0.5, about 2 of 3 units" in text("two-sided")
    assert "At a directed p < 0.5, on either side, about 3 of 3 units" in text("directed")


def test_the_legend_of_revisions_tells_unit_and_mean() -> None:
    titles = {"size_normalised, geometric": "own", "size_normalised, harmonic": "kin", "quota": "quota"}
    plain = revision_legend(titles, Revision(), "Mt CO2 at mean size", language_of("en")).blocks[0][1]
    assert [row[2:] for row in plain[:2]] == [
        ["R = C / κ, κ the geometric mean", "Mt CO₂ at mean size"],
        ["R = C / κ, κ the harmonic mean", "Mt CO₂ at mean size"],
    ]
    rescaled = revision_legend(titles, Revision(rescale="net"), "Mt CO2", language_of("en")).blocks[0][1]
    assert [row[3] for row in rescaled] == ["Mt CO₂"] * 3
    assert rescaled[0][1].endswith("rescaled to net totals")
    other = revision_legend(titles, Revision(method="quota", weights={"gdp": 1}), "Mt CO2", language_of("en")).blocks[
        0
    ][1]
    assert [row[3] for row in other] == ["Mt CO₂ at mean size", "Mt CO₂ at mean size", "Mt CO₂"]


def test_ellipses_stand_in_the_order_of_the_centres() -> None:
    result = make_result()
    kinds = ["absolute", "payments", "receipts"]
    ellipses = pd.concat([result.ellipses.assign(weighting=kind) for kind in kinds], ignore_index=True)
    table = result_tables(replace(result, ellipses=ellipses), Wording(language_of("en"), {}))["ellipses"]
    rows = [row[:2] for row in table.blocks[0][1]]
    assert rows == [[kind, year] for kind in ("payments", "receipts", "absolute") for year in ("2010", "2015")]


def test_a_deflated_price_is_told_as_stated(tmp_path: Path) -> None:
    money = {"price": {"value": 60.0, "unit": "CNY/t CO2"}, "price_base": 2010, "deflator": {"2010": 100, "2015": 130}}
    study = Study.from_dict(make_result(settings={"compensation": money}).manifest["study"])
    text = next(
        p for p in method(study, {2010: 60.0, 2015: 60 / 1.3}, 99, language_of("en")) if p.title == "Amount"
    ).text[0]
    assert "The price p is 60 in 2010 and 46.15 in 2015 CNY per t CO₂." in text
    assert (
        "The price stated is 60 CNY/t CO₂. Price and GDP are expressed at the price level of the base year 2010."
        in text
    )


def test_class_bounds_have_three_significant_digits() -> None:
    result = make_result()
    breaks = {"payer": [0.0123456, 0.23456, 3.45678], "recipient": []}
    rows = class_table(
        replace(result, manifest=result.manifest | {"priority_breaks": breaks}), language_of("en")
    ).blocks[0][1]
    assert [row[1] for row in rows] == ["0.235 to 3.46", "0.0123 to 0.235"]
