"""The settings of rasters, [rasters.NAME], and of the ways from a raster to sequestration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ecocomp.issues import nearest
from ecocomp.study.base import Settings, Year, YearKey

__all__ = ["Fill", "LandCover", "NetEcosystem", "NetPrimary", "Raster", "unfit_rasters"]

Fill = float | Annotated[tuple[float, float], Field(strict=False)]
_PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::0?[1-9]d?)?\}")


class Raster(Settings):
    """An entry of [rasters]: the files of one variable, and what their numbers mean."""

    files: str | dict[YearKey, str] = Field(
        description="GeoTIFF, NetCDF or HDF5: a name with {year} (and {month} or {month:02}), a stack, or files by year"
    )
    bands: tuple[Year, ...] | None = Field(
        None, min_length=1, strict=False, description="years of the bands of one stack, in the order of the bands"
    )
    variable: str | None = Field(None, description="variable of a NetCDF or HDF file that holds several")
    product: Literal["MOD17A3HGF"] | None = Field(
        None, description="published product whose scale, unit and fill values are known"
    )
    scale: float | None = Field(None, description="what a stored number is multiplied by; left out: as the file says")
    unit: str | None = Field(None, description="unit of measure after scaling: kg C/m2 (NPP), degC or K, mm")
    fill: tuple[Fill, ...] | None = Field(
        None,
        strict=False,
        description="stored numbers, or [lowest, highest], without data, beside the file's own; []: there are none",
    )
    crs: str | None = Field(None, description="coordinate reference system, where the file does not say it")
    bounds: Annotated[tuple[float, float, float, float], Field(strict=False)] | None = Field(
        None, description="[left, bottom, right, top] of the outer cells' edges, where the file does not say it"
    )

    @model_validator(mode="after")
    def _files_can_be_found(self) -> Raster:
        if isinstance(self.files, str):
            unknown = [p for p in _PLACEHOLDER.findall(self.files) if p not in ("year", "month")]
            rest = _PLACEHOLDER.sub("", self.files)
            if unknown or "{" in rest or "}" in rest:
                raise ValueError(f"files may hold {{year}} and {{month}} only, as in npp_{{year}}.tif: {self.files!r}")
            if self.bands is not None and "{" in self.files:
                raise ValueError("files with {year} or {month} and bands exclude each other: bands are of one stack")
        elif not self.files:
            raise ValueError("files names no file")
        elif self.bands is not None:
            raise ValueError("a file by year and bands exclude each other: bands are of one stack")
        if self.bands is not None and len(set(self.bands)) < len(self.bands):
            raise ValueError("bands names a year twice")
        return self

    @model_validator(mode="after")
    def _numbers_have_one_meaning(self) -> Raster:
        stated = [key for key in ("scale", "unit", "fill") if getattr(self, key) is not None]
        if self.product is not None and stated:
            raise ValueError(f"product already says {', '.join(stated)}: leave one of them out")
        if self.scale == 0:
            raise ValueError("scale must not be zero")
        for low, high in (f for f in self.fill or () if isinstance(f, tuple)):
            if low > high:
                raise ValueError(f"fill [{low:g}, {high:g}]: write the lowest number first")
        if self.bounds is not None and not (self.bounds[0] < self.bounds[2] and self.bounds[1] < self.bounds[3]):
            raise ValueError("bounds must be [left, bottom, right, top]")
        return self


class NetPrimary(Settings):
    """Sequestration as net primary production: an upper bound."""

    key: ClassVar[str] = "npp"

    raster: str = Field(description="name in [rasters] of the annual NPP")

    @property
    def rasters(self) -> dict[str, str]:
        """What each raster is used as: key and name."""
        return {"raster": self.raster}


class NetEcosystem(Settings):
    """Sequestration as net primary production less the respiration of soils."""

    key: ClassVar[str] = "nep"

    npp: str = Field(description="name in [rasters] of the annual NPP")
    temperature: str = Field(description="name in [rasters] of the mean temperature of each month")
    rain: str = Field(description="name in [rasters] of the precipitation of each month")

    @property
    def rasters(self) -> dict[str, str]:
        """What each raster is used as: key and name."""
        return {"npp": self.npp, "temperature": self.temperature, "rain": self.rain}


class LandCover(Settings):
    """Sequestration as the areas of land-cover classes times coefficients."""

    key: ClassVar[str] = "land_cover"

    raster: str = Field(description="name in [rasters] of the classes")
    coefficients: str = Field(
        description="CLCD or CNLUCC (the package's table), or a csv with the columns class and t_c_per_ha"
    )

    @property
    def rasters(self) -> dict[str, str]:
        """What each raster is used as: key and name."""
        return {"raster": self.raster}


def unfit_rasters(
    ways: Mapping[str, Sequence[NetPrimary | NetEcosystem | LandCover | None]], rasters: Mapping[str, Raster]
) -> list[str]:
    """Return what keeps quantities from being computed from rasters, a sentence each.

    Parameters
    ----------
    ways
        The ways of each quantity, by its name.
    rasters
        Section [rasters].
    """
    faults = []
    for name, stated in ways.items():
        for way in (way for way in stated if way is not None):
            if name != "sequestration":
                faults.append(f"[quantities] {name}: {way.key} gives sequestration, no other quantity")
            for key, raster in way.rasters.items():
                if raster not in rasters:
                    hint = nearest(raster, rasters) if rasters else "there is no [rasters.NAME]"
                    faults.append(
                        f"[quantities] {name}: {way.key}.{key} {raster!r} is not a section [rasters.{raster}]; {hint}"
                    )
    return faults
