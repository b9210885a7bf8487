"""How Sphinx builds the site (``make docs``): pages of Markdown that a forge shows as well, the API from docstrings."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from pydantic import BaseModel

import ecocomp

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

project = "ecocomp"
author = "The ecocomp developers"
project_copyright = author
release = version = ecocomp.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["gallery"]

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4

autodoc_default_options = {"members": True, "imported-members": True, "member-order": "bysource", "no-value": True}
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 88
default_role = "code"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = "ecocomp"
html_static_path = ["_static", str(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf")]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_math_renderer = "mathml"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "_gallery",
    "filename_pattern": r"/plot_",
    "abort_on_example_error": True,
    "plot_gallery": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "image_scrapers": ("matplotlib",),
    "download_all_examples": False,
    "within_subsection_order": "FileNameSortKey",
}


def mathml(formula: str, display: str) -> str:
    r"""Return a formula as MathML, names of functions set off from what is before and after them, as TeX does."""
    spaced = re.sub(r"(?<=[\w}])\s*\\(ln|min|max)\b", r"\\,\\\1", formula)
    return convert(re.sub(r"\\(ln|min|max)\b(?!\s*[_({^])", r"\\\1\\,", spaced), display=display)


def inline_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula of the text as MathML: browsers show it with neither script nor font from elsewhere."""
    translator.body.append(mathml(node.astext(), "inline"))
    raise SkipNode


def displayed_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own as MathML."""
    translator.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>\n')
    raise SkipNode


def show_bars(_app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Keep the bars of ``|V|`` in a docstring: they are magnitudes here, never substitutions."""
    for place, line in enumerate(lines):
        parts = line.split("``")  # every other part is code
        parts[::2] = [part.replace("|", "\\|") for part in parts[::2]]
        lines[place] = "``".join(parts)


def fill_slots(app: Sphinx, docname: str, content: list[str]) -> None:
    """Take ``page?`` in a list of pages for the page where it is there, and for nothing where it is not."""
    folder = (Path(app.srcdir) / docname).parent

    def slot(found: re.Match[str]) -> str:
        return f"{found[1]}\n" if (folder / f"{found[1]}.md").exists() else ""

    content[0] = re.sub(r"^([\w/-]+)\?\n", slot, content[0], flags=re.M)


MOST_PARAMETERS = 15
"""A class with more is a record, whose fields its text tells."""


class AsWritten:
    """A type hint that is shown as the source has it."""

    def __init__(self, annotation: object) -> None:
        self.text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)

    def __repr__(self) -> str:
        return self.text


def signature_as_written(
    _app: Sphinx, what: str, _name: str, thing: Any, _options: object, signature: str | None, _returns: str | None
) -> tuple[str, str] | None:
    """Show type hints as the source has them; none of a section of a study, whose keys stand in study-file.md."""
    if signature is None or not callable(thing):
        return None
    if isinstance(thing, type) and issubclass(thing, BaseModel):
        return "", ""
    found = inspect.signature(thing)
    parameters = [p for p in found.parameters.values() if not p.name.startswith("_")]
    if what == "method" and parameters and parameters[0].name == "self":
        parameters = parameters[1:]
    if what == "class" and len(parameters) > MOST_PARAMETERS:
        return "", ""
    text = str(inspect.Signature([as_written(p) for p in parameters]))
    returned = found.return_annotation
    return text, "" if returned is found.empty or what == "class" else AsWritten(returned).text


def as_written(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter whose hint is text, and whose default is dots where its value has no text of its own."""
    if parameter.annotation is not parameter.empty:
        parameter = parameter.replace(annotation=AsWritten(parameter.annotation))
    if repr(parameter.default).startswith("<") and parameter.default is not parameter.empty:
        parameter = parameter.replace(default=AsWritten("..."))
    return parameter


def skip_configuration(_app: Sphinx, _what: str, name: str, _thing: object, skip: bool, _options: object) -> bool:
    """Leave out what pydantic adds to every section of a study."""
    return skip or name.startswith("model_")


def for_keyboard_and_reader(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Let wide code be scrolled by keyboard, and tell a screen reader the level of the headings in the navigation."""
    context["body"] = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading">', 'role="heading" aria-level="2">')


def setup(app: Sphinx) -> None:
    """Register what is above."""
    app.connect("source-read", fill_slots)
    app.connect("autodoc-process-docstring", show_bars)
    app.connect("autodoc-process-signature", signature_as_written)
    app.connect("autodoc-skip-member", skip_configuration)
    app.connect("html-page-context", for_keyboard_and_reader, priority=900)  # after the theme
    app.add_html_math_renderer("mathml", (inline_math, None), (displayed_math, None))
