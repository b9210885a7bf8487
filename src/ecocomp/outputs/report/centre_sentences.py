"""What the report says about centres of gravity and their tracks: numbers in, text of a language out."""

from __future__ import annotations

from collections.abc import Sequence

from ecocomp.language import Language
from ecocomp.outputs.report.numbers import is_missing, number, significant
from ecocomp.outputs.report.sentences import compass, row_of

__all__ = ["centre_place", "centre_step", "degrees"]


def centre_place(
    weighting: str,
    year: int,
    place: tuple[float, float],
    host: str,
    language: Language,
    before: tuple[int, float, float] | None = None,
) -> str:
    """Say where a centre of gravity lies (lon, lat), and where it lay in the first year, from (year, lon, lat)."""
    what = {
        "payments": language.say("payments"), "receipts": language.say("receipts"),
        "absolute": language.say("absolute amounts"), "signed": language.say("signed amounts"),
    }[weighting]  # fmt: skip
    told = {"what": what, "place": degrees(*place, language), "year": year}
    if before is None:
        if host:
            return language.say(
                "The centre of gravity of {what} lies at {place} in {year}, in {host}.", host=host, **told
            )
        return language.say("The centre of gravity of {what} lies at {place} in {year}, outside every unit.", **told)
    told |= {"start_year": before[0], "start": degrees(*before[1:], language)}
    if host:
        return language.say(
            "The centre of gravity of {what} lies at {place} in {year}, in {host} ({start_year}: {start}).",
            host=host,
            **told,
        )
    return language.say(
        "The centre of gravity of {what} lies at {place} in {year}, outside every unit ({start_year}: {start}).",
        **told,
    )


def degrees(lon: float, lat: float, language: Language) -> str:
    """Return a position: ``116.19° E, 38.60° N``, ``东经 116.19°、北纬 38.60°``."""
    east, north = number(abs(lon), 2), number(abs(lat), 2)
    longitude = language.say("{degrees}° E", degrees=east) if lon >= 0 else language.say("{degrees}° W", degrees=east)
    latitude = language.say("{degrees}° N", degrees=north) if lat >= 0 else language.say("{degrees}° S", degrees=north)
    return row_of([longitude, latitude], language)


def centre_step(steps: Sequence[tuple[int, int, float, float | None]], language: Language) -> str:
    """Say how the centre just placed moved, from (year before, year, distance in km, bearing)."""
    if not steps:
        return ""
    moves = [_move(*step, language) for step in steps]
    match len(moves):
        case 1:
            return language.say("It moved {first}.", first=moves[0])
        case 2:
            return language.say("It moved {first} and {second}.", first=moves[0], second=moves[1])
        case 3:
            return language.say(
                "It moved {first}, {second} and {third}.", first=moves[0], second=moves[1], third=moves[2]
            )
    before, year, distance, bearing = max(steps, key=lambda step: step[2])
    return language.say(
        "It covered {total} km from {start} to {end}, year by year; the longest step, {step}, came from {before} to "
        "{year}.",
        total=significant(sum(step[2] for step in steps)), start=steps[0][0], end=steps[-1][1],
        step=_step(distance, bearing, language), before=before, year=year,
    )  # fmt: skip


def _move(before: int, year: int, distance: float, bearing: float | None, language: Language) -> str:
    told = {"km": significant(distance, 2), "before": before, "year": year}
    if bearing is None or is_missing(bearing):
        return language.say("{km} km from {before} to {year}", **told)
    return language.say("{km} km to the {point} from {before} to {year}", point=compass(bearing, language), **told)


def _step(distance: float, bearing: float | None, language: Language) -> str:
    if bearing is None or is_missing(bearing):
        return language.say("{km} km", km=significant(distance, 2))
    return language.say("{km} km to the {point}", km=significant(distance, 2), point=compass(bearing, language))
