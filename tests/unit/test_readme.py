"""The README's study is a study, and its commands exist."""

import re
import tomllib
from pathlib import Path

from ecocomp import Study
from ecocomp.cli import main
from ecocomp.study.template import template

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_its_study_loads():
    text = re.search(r"```toml\n(.*?)```", README, re.S)[1]
    study = Study.from_dict(tomllib.loads(text))
    assert study.study.name == "Counties of my region"


def test_the_page_of_the_study_file_lists_every_key():
    page = (Path(__file__).resolve().parents[2] / "docs" / "study-file.md").read_text(encoding="utf-8")
    assert template().strip() in page, "write the template's new text into docs/study-file.md"


def test_its_commands_exist():
    named = set(re.findall(r"^ecocomp (\w+) study|Scripts\\ecocomp (\w+)", README, re.M))
    assert {a or b for a, b in named} == {"check", "explore", "run", "report", "verify", "demo"}
    assert {a or b for a, b in named} <= set(main.commands)


def test_its_files_exist():
    root = Path(__file__).resolve().parents[2]
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (root / target).exists(), target
