"""The catalogues: the same codes and values in each language, those in use and no other, no English in Chinese."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
from imports import SRC

from crmwb import params
from crmwb.findings import catalogue, language

PROJECT = SRC.parent
LOOKED_UP = {"terms", "nouns", "columns", "common", "page"}  # by names put together in code
FILES = catalogue.files("en")
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
# What a Chinese page may say in Latin letters.
LATIN = re.compile(
    r"\{[^}]*\}|(?<![A-Za-z])(CLV|CIM|CEM|CSM|RFM|CAC|PSI|GB|P\(alive\)|VIP|KPI|ROI|CSV|JSON|Parquet|SQL|SHA-256|HMAC|PIN|BG/NBD|MBG/NBD|MBG/CNBD-k|"
    r"Pareto/NBD|BG/BB|sBG|NBD|Markov|Gamma-Gamma|Gini|MAE|RMSE|Brier|Bootstrap|Jaccard|SLSw|k-means|crmwb|cost_cents|U|"
    r"params\.yaml|marketing_mix\.yaml|dvc repro|crmwb accept|accept|dvc gc --workspace|"
    r"--cloud|DVC|git|source\.kind|GX|ID|IP|R-hat|beta|A|B|C|a|b|n|p|q|s|k|t|x)(?![A-Za-z])"
)


@cache
def literals() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every code that stands in source and notebooks, and a pattern for each that is put together."""
    whole, patterns = set(), []
    for tree in trees():
        parts_of_others = {id(p) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for p in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts_of_others:
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w.]+" for p in node.values]
                if CODE.fullmatch("".join("x" if p == r"[\w.]+" else p.replace("\\", "") for p in parts)):
                    patterns.append(re.compile("".join(parts)))
    return frozenset(whole), tuple(patterns)


@cache
def trees() -> list[ast.Module]:
    """The syntax of all source and of every notebook's code."""
    files = [f.read_text(encoding="utf-8") for f in sorted((SRC / "crmwb").rglob("*.py"))]
    for notebook in sorted((PROJECT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in notebook.parts:
            cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
            files += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return [ast.parse(text) for text in files]


def is_a_choice(code: str) -> bool:
    """Whether a dotted name is a key of params.yaml, or a file, rather than a code of a finding."""
    content = params.load(PROJECT / "params.yaml").model_dump()
    for key in code.split("."):
        if not isinstance(content, dict) or key not in content:
            return code.endswith((".json", ".csv", ".parquet", ".yaml", ".py", ".html"))
        content = content[key]
    return True


def test_every_language_has_the_same_files():
    assert {code: catalogue.files(code) for code in language.LANGUAGES} == dict.fromkeys(language.LANGUAGES, FILES)


@pytest.mark.parametrize("file", FILES)
def test_every_language_has_the_same_codes_with_the_same_values(file):
    english, chinese = catalogue.messages("en", file), catalogue.messages("zh", file)
    assert english.keys() == chinese.keys()
    for code, message in english.items():
        assert catalogue.variables(message) == catalogue.variables(chinese[code]), code


@pytest.mark.parametrize("file", sorted(set(FILES) - LOOKED_UP))
def test_every_message_is_in_use(file):
    whole, patterns = literals()
    unused = {c for c in catalogue.messages("en", file) if c not in whole and not any(p.fullmatch(c) for p in patterns)}
    assert not unused


def test_every_code_in_use_has_a_message():
    whole, _ = literals()
    begins = set(FILES) - {"columns", "terms", "nouns"}
    codes = {c for c in whole if CODE.fullmatch(c) and c.partition(".")[0] in begins}
    unknown = {code for code in codes if catalogue.find(code, "en") is None and not is_a_choice(code)}
    assert not unknown


def test_every_noun_in_use_is_in_the_catalogue():
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Count" and len(node.args) > 1:
                noun = node.args[1]
                if isinstance(noun, ast.Constant):
                    assert catalogue.find(f"nouns.{noun.value}", "en"), noun.value


def test_findings_bring_the_values_that_their_message_speaks_of():
    for tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and len(node.args) == 2):
                continue
            code, values = node.args
            if isinstance(code, ast.Constant) and isinstance(values, ast.Dict) and None not in values.keys:
                given = {key.value for key in values.keys if isinstance(key, ast.Constant)}
                assert catalogue.variables(catalogue.message(code.value, "en")) <= given, code.value


@pytest.mark.parametrize("file", FILES)
def test_no_english_words_in_chinese_messages(file):
    for code, message in catalogue.messages("zh", file).items():
        assert not re.search(r"[A-Za-z]", LATIN.sub("", message)), f"{code}: {message}"


@pytest.mark.parametrize("file", FILES)
def test_chinese_messages_have_chinese_punctuation(file):
    for code, message in catalogue.messages("zh", file).items():
        bare = re.sub(r"\{[^}]*\}|\d[\d,]*\d|[A-Za-z0-9%]+(\([a-z]+\))?", "", message)
        assert not re.search(r"[,;:?!()\"']", bare), f"{code}: {message}"


def test_english_sentences_of_the_catalogue_are_english():
    for file in FILES:
        for code, message in catalogue.messages("en", file).items():
            assert not re.search("[\u4e00-\u9fff]", message), code


def test_every_rule_table_and_need_has_words():
    from crmwb.contract.canonical import TABLES
    from crmwb.quality.audits.audit import NOUNS
    from crmwb.quality.completeness.needs import ANALYSES, DEPARTMENTS

    codes = {f"quality.rule.{rule.name}" for table in TABLES.values() for rule in table.rules}
    codes |= {f"terms.{kind}.{table}" for kind in ("table", "unlocks") for table in TABLES}
    codes |= {f"nouns.{NOUNS[table]}" for table in TABLES}
    codes |= {f"quality.analysis.{analysis}" for analysis in ANALYSES}
    codes |= {f"terms.department.{department}" for department in DEPARTMENTS}
    codes |= {f"quality.purpose.{need.purpose}" for needs in DEPARTMENTS.values() for need in needs}
    assert not {code for code in codes if catalogue.find(code, "en") is None}


def test_locales_ship_with_the_package():
    assert Path(catalogue.LOCALES).is_relative_to(SRC / "crmwb")
