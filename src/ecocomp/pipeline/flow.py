"""The main flow: from a study to its result, one step after the other, as a method section tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from ecocomp import space
from ecocomp.accounts import check_reference, gdp_per_head, net_account, revise
from ecocomp.comparison import compare_revisions, no_comparison
from ecocomp.compensation import (
    amount,
    check_amounts,
    check_prices,
    deflate,
    group,
    price_by_year,
    stage_of,
    threshold_of,
)
from ecocomp.decomposition import check_decomposition
from ecocomp.drivers import explain, require_models
from ecocomp.fairness import check_fairness
from ecocomp.issues import Issue, raise_errors
from ecocomp.outlook import check_outlook, check_series, nominal_outlook, project
from ecocomp.panel import Inputs, adjust
from ecocomp.pipeline.developments import development_frames
from ecocomp.pipeline.fairness import fairness_frames
from ecocomp.pipeline.frames import driver_frames, tabulate, together, uncertainty_frames
from ecocomp.pipeline.manifest import describe, remarks
from ecocomp.pipeline.reading import Read, beyond, read_inputs
from ecocomp.result import Result
from ecocomp.rules import with_severities
from ecocomp.settlement import check_costs, costs_source, payments_and_receipts, settle, terms_of, top_n_balance
from ecocomp.stopwatch import Stopwatch
from ecocomp.study import Study
from ecocomp.uncertainty import Case, Compute, case_of, check_uncertainty, in_this_process, propagate
from ecocomp.zoning import classify, priority, rank, rank_stability

__all__ = ["check", "examined", "load", "run", "uncertain_case"]


def check(study: Study) -> list[Issue]:
    """Read everything a study names and return every problem at once; nothing is computed, nothing raised for data.

    What its scenarios find beyond that is told after it, with their names.
    """
    issues: list[Issue] = []
    for name, _, inputs, found in examined(study):
        if inputs is not None:
            found += space.check_units(net_account(inputs.panel["emissions"], inputs.panel["sequestration"]))
        issues += found if name is None else beyond(issues, found, name)
    return issues


def load(study: Study) -> Inputs:
    """Return the checked inputs of a study.

    Raises
    ------
    DataError
        If any issue is an error; it carries all of them.
    """
    inputs, issues = _examine(study)
    raise_errors(issues)
    assert inputs is not None, "without inputs there is an error"
    return inputs


def examined(study: Study) -> Iterator[tuple[str | None, Study, Inputs | None, list[Issue]]]:
    """Yield a study and each of its scenarios: name (none of the study itself), settings, inputs, issues.

    Inputs are read once for all scenarios that change nothing in how they are read.
    """
    read = read_inputs(study)
    yield None, study, *_examine(study, read)
    for name in study.scenarios:
        variant = study.scenario(name)
        yield name, variant, *_examine(variant, read if study.reads_the_same_as(variant) else None)


def _examine(study: Study, read: Read | None = None) -> tuple[Inputs | None, list[Issue]]:
    require_models(study)
    read = read or read_inputs(study)
    issues = [*read.examined, *check_prices(study.compensation, read.years, study.file_name, study.currency)]
    issues += check_reference(study.revision, read.years)
    issues += check_outlook(study.outlook, read.years, study.file_name)
    if read.geometry is not None:
        issues += space.check_neighbours(read.geometry, study.space)
    inputs = read.inputs
    adjusted: list[Issue] = []
    if inputs is not None:
        issues += check_costs(study, inputs.geometry.index)
        inputs, adjusted = adjust(inputs, study.adjust, study.file_name)
    issues += [*read.derived, *adjusted]
    issues += check_uncertainty(study, None if inputs is None else inputs.panel)
    issues += [] if inputs is None else check_series(inputs.panel, study.outlook)
    issues = with_severities([*issues, *read.judged], study.checks.severities)
    if inputs is None:
        return None, issues
    return replace(inputs, issues=tuple(issues), sources=inputs.sources | costs_source(study)), issues


def _at_price_level(study: Study, inputs: Inputs) -> xr.Dataset:
    """Return the panel with its money (GDP, fiscal revenue) at the price level of the price."""
    money = [name for name in ("gdp", "fiscal_revenue") if name in inputs.panel]
    return inputs.panel.assign({name: deflate(inputs.panel[name], study.compensation) for name in money})


def uncertain_case(study: Study) -> Case:
    """Return a study with its checked inputs, ready for draws and for :func:`ecocomp.uncertainty.sensitivity`.

    Raises
    ------
    DataError
        If the inputs have errors.
    """
    inputs = load(study)
    return case_of(study, _at_price_level(study, inputs), inputs.geometry)


def run(
    study: Study,
    *,
    all_revisions: bool = False,
    progress: Callable[[str], None] | None = None,
    inputs: Inputs | None = None,
    compute: Compute = in_this_process,
    draws_folder: Path | None = None,
) -> Result:
    """Carry out a study, without its scenarios.

    Parameters
    ----------
    study
        The settings.
    all_revisions
        Also compare every revision that the study's settings define.
    progress
        Called with the name of each phase as it begins.
    inputs
        What :func:`load` gives; left out: loaded.
    compute, draws_folder
        Who computes draws, and where they are set aside; see :func:`ecocomp.uncertainty.propagate`.

    Raises
    ------
    DataError
        If the inputs, or what a step makes of them, have errors.
    """
    watch = Stopwatch(progress)
    watch.start("reading and checking")
    inputs = load(study) if inputs is None else inputs
    money, polygons = study.compensation, inputs.geometry
    panel = _at_price_level(study, inputs)

    watch.start("accounts and revision")
    account = net_account(panel["emissions"], panel["sequestration"])
    revision = revise(panel, study.revision)

    watch.start("compensation")
    price = price_by_year(money, panel["year"].values.tolist())
    stage = stage_of(revision["revised"], money.stage_coefficient, panel.get("engel_coefficient"))
    amounts = amount(revision["revised"], price, stage)
    raise_errors(check_amounts(amounts, study.currency))
    groups = group(amounts, threshold_of(money))
    due = amounts.where(groups != "balanced", 0.0)  # a balanced unit neither pays nor receives

    watch.start("zoning")
    priorities = priority(amounts, panel["gdp"])
    ranks = rank(priorities, amounts, groups, study.zoning.payers)
    classes, breaks = classify(priorities, groups, study.zoning.classes)
    stability = rank_stability(ranks, groups, study.zoning.first_n)

    watch.start("space")
    local, global_moran = space.clusters(amounts, polygons, study.space, study.study.seed, gdp_per_head(panel))
    histories = space.cluster_histories(local, study.space.alpha)
    centres = space.track(space.centres_of_gravity(due, polygons))
    centres["host_unit"] = space.host_units(centres, polygons)
    ellipses = space.deviational_ellipses(due, polygons, study.space.ellipse)

    watch.start("balance and settlement")
    balance = top_n_balance(amounts, ranks, groups)
    settled = settle(due, terms_of(study, panel, ranks, polygons))

    watch.start("drivers")
    told = together(panel, account, revision["revised"], amounts, priorities)
    drivers, left_out = explain(study, told, inputs.factors, polygons)

    watch.start("comparison of revisions")
    revisions = compare_revisions(panel, study.revision, money) if all_revisions else None

    watch.start("decomposition and outlook")
    outcome = None
    if study.outlook.until is not None:
        outcome = project(panel, study.outlook, panel.attrs["parents"], np.random.default_rng(study.study.seed))

    answers = None
    if study.uncertainty.draws:
        watch.start("uncertainty")
        answers = propagate(case_of(study, panel, polygons), progress, compute=compute, folder=draws_folder)
    watch.stop()

    units = together(
        panel, account, revision, price, stage, amounts, groups, priorities, ranks, classes, local, settled.amounts
    )
    region = together(payments_and_receipts(due), settled.sums, global_moran)
    found = [*remarks(study, units, centres), *left_out, *nominal_outlook(study.outlook, money)]
    found += check_decomposition(money, units.sizes["year"], "population" in panel)
    found += check_fairness(panel, settled.amounts)
    issues = [*inputs.issues, *with_severities(found, study.checks.severities)]
    raise_errors(issues)
    frames = tabulate(units, region, centres, ellipses, histories, balance, stability, revisions, settled, issues)
    frames |= uncertainty_frames(answers, frames["results"]) | no_comparison()
    frames |= fairness_frames(study, panel, due, settled, all_revisions=all_revisions)
    frames |= development_frames(panel, outcome, study) | driver_frames(drivers, frames["results"])
    manifest = describe(study, inputs, units, breaks, issues, watch.seconds, all_revisions)
    manifest["settlement"] = settled.facts
    return Result(**frames, geometry=polygons, backdrop=inputs.backdrop, manifest=manifest, scenarios={})
