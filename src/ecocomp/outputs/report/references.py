"""The works that a report cites: only those that its study used."""

from __future__ import annotations

from dataclasses import dataclass

from ecocomp.language import Language
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["Reference", "references"]


@dataclass(frozen=True)
class Reference:
    """A work, and its DOI where it has one."""

    text: str
    doi: str = ""


_ANG = Reference(
    "Ang, B. W. (2005). The LMDI approach to decomposition analysis: a practical guide. Energy Policy 33, 867–871.",
    "10.1016/j.enpol.2003.10.010",
)
_ANG_LIU = Reference(
    "Ang, B. W. and Liu, N. (2007). Handling zero values in the logarithmic mean Divisia index decomposition "
    "approach. Energy Policy 35, 238–246.",
    "10.1016/j.enpol.2005.11.001",
)
_ANSELIN = Reference(
    "Anselin, L. (1995). Local indicators of spatial association – LISA. Geographical Analysis 27, 93–115.",
    "10.1111/j.1538-4632.1995.tb00338.x",
)
_ANSELIN_1988 = Reference("Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer, Dordrecht.")
_BENJAMINI = Reference(
    "Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to "
    "multiple testing. Journal of the Royal Statistical Society B 57, 289–300.",
    "10.1111/j.2517-6161.1995.tb02031.x",
)
_CHEN = Reference(
    "Chen, J. et al. (2020). County-level CO2 emissions and sequestration in China during 1997–2017. "
    "Scientific Data 7, 391.",
    "10.1038/s41597-020-00736-3",
)
_CLIFF = Reference("Cliff, A. D. and Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion, London.")
_DENG = Reference(
    "Deng, J.-L. (1982). Control problems of grey systems. Systems & Control Letters 1, 288–294.",
    "10.1016/S0167-6911(82)80025-X",
)
_DIETZ = Reference(
    "Dietz, T. and Rosa, E. A. (1997). Effects of population and affluence on CO2 emissions. Proceedings of the "
    "National Academy of Sciences 94, 175–179.",
    "10.1073/pnas.94.1.175",
)
_ESRI = Reference("Esri. How Emerging Hot Spot Analysis works. ArcGIS Pro documentation.")
_GARDNER = Reference(
    "Gardner, E. S. and McKenzie, E. (1985). Forecasting trends in time series. Management Science 31, 1237–1246.",
    "10.1287/mnsc.31.10.1237",
)
_FOTHERINGHAM = Reference(
    "Fotheringham, A. S., Brunsdon, C. and Charlton, M. (2002). Geographically Weighted Regression. Wiley, Chichester."
)
_FOTHERINGHAM_2017 = Reference(
    "Fotheringham, A. S., Yang, W. and Kang, W. (2017). Multiscale geographically weighted regression (MGWR). Annals "
    "of the American Association of Geographers 107, 1247–1265.",
    "10.1080/24694452.2017.1352480",
)
_JENKS = Reference(
    "Jenks, G. F. (1977). Optimal Data Classification for Choropleth Maps. Department of Geography, Occasional "
    "Paper 2, "
    "University of Kansas."
)
_KEMENY = Reference("Kemeny, J. G. and Snell, J. L. (1976). Finite Markov Chains. Springer, New York.")
_KENDALL = Reference(
    "Kendall, M. G. and Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical Statistics 10, "
    "275–287."
)
_LEFEVER = Reference(
    "Lefever, D. W. (1926). Measuring geographic concentration by means of the standard deviational ellipse. "
    "American Journal of Sociology 32, 88–94."
)
_MANN = Reference(
    "Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13, 245–259.",
    "10.2307/1907187",
)
_ORD = Reference(
    "Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an "
    "application. Geographical Analysis 27, 286–306.",
    "10.1111/j.1538-4632.1995.tb00912.x",
)
_RANK_CORRELATION = Reference("Kendall, M. G. (1975). Rank Correlation Methods, 4th edition. Griffin, London.")
_REY = Reference(
    "Rey, S. J. (2001). Spatial empirics for economic growth and convergence. Geographical Analysis 33, 195–214.",
    "10.1111/j.1538-4632.2001.tb00444.x",
)
_SEN = Reference(
    "Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau. Journal of the American "
    "Statistical Association 63, 1379–1389.",
    "10.1080/01621459.1968.10480934",
)
_WANG = Reference(
    "Wang, J.-F. et al. (2010). Geographical detectors-based health risk assessment and its application in the neural "
    "tube defects study of the Heshun region, China. International Journal of Geographical Information Science 24, "
    "107–127.",
    "10.1080/13658810802443457",
)
_WANG_2016 = Reference(
    "Wang, J.-F., Zhang, T.-L. and Fu, B.-J. (2016). A measure of spatial stratified heterogeneity. Ecological "
    "Indicators 67, 250–256.",
    "10.1016/j.ecolind.2016.02.052",
)


_BAER = Reference(
    "Baer, P., Athanasiou, T., Kartha, S. and Kemp-Benedict, E. (2009). Greenhouse Development Rights: a proposal for "
    "a fair global climate treaty. Ethics, Place & Environment 12, 267–281.",
    "10.1080/13668790903195495",
)
_KAKWANI = Reference(
    "Kakwani, N. C. (1977). Measurement of tax progressivity: an international comparison. Economic Journal 87, 71–80.",
    "10.2307/2231833",
)
_RAFFINETTI = Reference(
    "Raffinetti, E., Siletti, E. and Vernizzi, A. (2015). On the Gini coefficient normalization when attributes with "
    "negative values are considered. Statistical Methods & Applications 24, 507–521.",
    "10.1007/s10260-014-0293-4",
)
_THEIL = Reference("Theil, H. (1967). Economics and Information Theory. North-Holland, Amsterdam.")
_VAN_DEN_BERG = Reference(
    "van den Berg, N. J. et al. (2020). Implications of various effort-sharing approaches for national carbon budgets "
    "and emission pathways. Climatic Change 162, 1805–1822.",
    "10.1007/s10584-019-02368-y",
)


def _sister(language: Language) -> Reference:
    return Reference(
        language.say(
            "Sister study of the reference study, for the correction by area, population and GDP: Sustainability 15, "
            "15973 (2023). The form of the correction is inferred."
        )
    )


def references(result: Result, study: Study, language: Language) -> list[Reference]:
    """Return the works cited, in alphabetical order; the study's own sources are in its data table."""
    declared = " ".join(q.source or "" for q in study.quantities.values())
    chen = "Chen" in declared and ("2020" in declared or "s41597-020-00736-3" in declared)
    models, weighted = set(study.drivers.models), {"gwr", "mgwr"}
    several = result.results["year"].nunique() > 1
    decomposed = not result.decomposition.empty
    assessed = not result.fairness.empty
    outlook = study.outlook.until is not None
    used = [
        (decomposed, _ANG),
        (decomposed, _ANG_LIU),
        (True, _ANSELIN),
        (bool(models - weighted), _ANSELIN_1988),
        (assessed, _BAER),
        (True, _BENJAMINI),
        (chen, _CHEN),
        (True, _CLIFF),
        (outlook and "gm11" in study.outlook.methods, _DENG),
        (outlook and "stirpat" in study.outlook.methods, _DIETZ),
        (several, _ESRI),
        (outlook, _GARDNER),
        (bool(models & weighted), _FOTHERINGHAM),
        ("mgwr" in models, _FOTHERINGHAM_2017),
        (True, _JENKS),
        (assessed, _KAKWANI),
        (several, _KEMENY),
        (several, _RANK_CORRELATION),
        (several, _KENDALL),
        (True, _LEFEVER),
        (several, _MANN),
        (True, _ORD),
        (assessed, _RAFFINETTI),
        (several, _REY),
        (several, _SEN),
        (study.revision.method == "size_normalised", _sister(language)),
        (assessed, _THEIL),
        (assessed, _VAN_DEN_BERG),
        (bool(study.drivers.factors), _WANG),
        (bool(study.drivers.factors), _WANG_2016),
    ]
    return [reference for applies, reference in used if applies]
