"""What the pages state is true: commands, settings, endpoints, make targets, links, exit codes."""

from __future__ import annotations

import re
import runpy
from hashlib import sha256
from pathlib import Path

import click
import pytest
from werkzeug.exceptions import HTTPException

from ingest.manifest import read_sidecar
from kb.assembly import KnowledgeBase
from kb.cli.main import EXIT_CODES, cli
from kb.embedding import models
from kb.errors import InputError
from kb.judging import judge
from kb.settings import Settings, describe
from tests.docs.pages import Page, pages
from web import close_app, create_app

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = pages(ROOT)
NAMES = [str(page.path.relative_to(ROOT)) for page in PAGES]
# Switches of the command, and not settings of a library.
SWITCHES = {"KB_SETTINGS", "KB_DEBUG"}
MACHINE_PATHS = re.compile(r"/(?:wor[k]|roo[t]|far[m]|hom[e])/|pyp[i]\.org|registry\.npmj[s]|deb\.debia[n]")
TEXT_ENDINGS = {".py", ".md", ".toml", ".html", ".css", ".js", ".lock", ".txt", ".json", ""}

every_page = pytest.mark.parametrize("leaf", PAGES, ids=NAMES)


def page(name: str) -> Page:
    return PAGES[NAMES.index(name)]


def test_pages_when_collected_hold_those_that_a_reader_is_sent_to() -> None:
    wanted = ["README.md", "CHANGELOG.md", *(f"docs/{name}.md" for name in ("architecture", "formats", "settings"))]
    wanted += [f"docs/{name}.md" for name in ("quality", "security")]
    assert set(wanted) <= set(NAMES)
    assert page("README.md").commands("kb")


@every_page
def test_kb_commands_when_a_page_shows_them_parse(leaf: Page) -> None:
    faults = [fault for arguments in leaf.commands("kb") if (fault := parse_fault(arguments))]
    assert faults == []


def parse_fault(arguments: list[str]) -> str:
    """Why click would refuse the arguments, or "". Nothing is run, and the files that are named need not be there."""
    if arguments[:1] == ["--data"]:
        arguments = arguments[2:]
    if not arguments or arguments[0] in ("--help", "--version"):
        return ""
    name, rest = arguments[0], [part for part in arguments[1:] if not part.startswith("[")]
    if name not in cli.commands:
        return f"there is no command kb {name}"
    try:
        cli.commands[name].make_context(name, rest)
    except click.exceptions.Exit:
        return ""
    except click.ClickException as error:
        said = error.format_message()
        return "" if "does not exist" in said or "No such file" in said else f"kb {' '.join(arguments)}: {said}"
    return ""


def test_parse_fault_when_a_command_or_option_is_unknown_finds_it() -> None:
    assert parse_fault(["frobnicate"])
    assert parse_fault(["list", "--sideways"])
    assert parse_fault(["ask", "q", "--side", "middle"])
    assert not parse_fault(["--data", "x", "ask", "q", "--limit", "3"])


def test_jobs_of_a_scheduler_when_they_are_shown_call_commands_that_there_are(root: Path) -> None:
    units = [path.read_text(encoding="utf-8") for path in sorted((root / "docs" / "systemd").glob("*.service"))]
    lines = [line.removeprefix("ExecStart=") for unit in units for line in unit.splitlines() if "ExecStart=" in line]
    cron = re.search(r"```cron\n(.+?)```", page("docs/reindexing.md").text, re.DOTALL)
    assert cron is not None
    parts = re.findall(r"nice -n 19 (\S*kb [^;]+);", cron[1])
    calls = Page(root, "\n".join(["```sh", *lines, *parts, "```"])).commands("kb")
    assert len(calls) == len(lines) + len(parts) == 4
    assert [fault for arguments in calls if (fault := parse_fault(arguments))] == []
    assert all(re.search(rf"^\| {code} \|", page("README.md").text, re.MULTILINE) for code in (3, 5, 7, 8, 130, 143))


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_examples_when_a_command_s_help_shows_them_parse(name: str) -> None:
    command = cli.commands[name]
    shown = Page(Path(name), "\n".join(f"```sh\n{example}\n```" for example in getattr(command, "examples", ())))
    calls = shown.commands("kb")
    assert calls
    assert [fault for arguments in calls if (fault := parse_fault(arguments))] == []


@every_page
def test_settings_when_a_page_names_them_in_the_environment_exist(leaf: Page) -> None:
    known = {f"KB_{name.upper()}" for name, _, _ in describe()} | SWITCHES
    named = set(re.findall(r"\bKB_[A-Z_]*[A-Z]\b", leaf.text))
    assert named <= known | {"KB_DATA"}


def test_settings_page_when_compared_with_the_table_is_made_of_it(root: Path) -> None:
    made = runpy.run_path(str(root / ".ci" / "settings_page.py"))["page"]()
    assert page("docs/settings.md").text == made, "python .ci/settings_page.py > docs/settings.md"


def test_exit_codes_when_the_readme_lists_them_are_those_of_the_command() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", page("README.md").text, re.MULTILINE)
    assert [(int(code), meaning.replace("`", "")) for code, meaning in rows] == list(EXIT_CODES)


def test_manifest_keys_when_the_formats_page_lists_them_are_those_that_are_read(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.toml"
    sidecar.write_text("zzzzzzzz = 1\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_sidecar(sidecar)
    known = set(re.findall(r"\w+", refused.value.way_out.removeprefix("Known are")))
    section = page("docs/formats.md").text.split("## The manifest")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == known | {"file"}


@every_page
def test_make_targets_when_a_page_names_them_exist(leaf: Page, root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {arguments[0] for arguments in leaf.commands("make") if arguments}
    assert named <= targets


def test_help_of_make_when_asked_for_lists_every_public_target(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    public = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert public == set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert {"run", "test", "check", "setup", "help"} <= public


@every_page
def test_links_when_they_point_inside_the_project_resolve(leaf: Page) -> None:
    inside = [link.split("#")[0] for link in leaf.links() if not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if link and not (leaf.path.parent / link).exists()] == []


def test_endpoints_when_pages_name_them_are_routes(settings: Settings, knowledge_base: KnowledgeBase) -> None:
    app = create_app(settings, knowledge_base)
    try:
        adapter = app.url_map.bind("127.0.0.1")
        named = {path for page in PAGES for path in endpoints(page)}
        assert named
        assert {path for path in named if not is_route(adapter, path)} == set()
    finally:
        close_app(app)


def endpoints(page: Page) -> set[str]:
    """Paths of addresses of the local server, and paths of the API in code."""
    local = re.findall(r"http://127\.0\.0\.1:8000(/[^\s?#`'\")]*)?", page.text)
    named = [
        code.split("?")[0] for code in page.code() if re.match(r"/(api|healthz|readyz|metrics|ask|themes)\b", code)
    ]
    return {path or "/" for path in [*local, *named]}


def is_route(adapter: object, path: str) -> bool:
    try:
        adapter.match(re.sub(r"<\w+>", "x", path))  # type: ignore[attr-defined]
    except HTTPException as error:
        return error.code == 405
    return True


def test_files_when_searched_hold_no_machine_path_and_no_registry_host(root: Path) -> None:
    found = [
        str(path.relative_to(root))
        for path in ours(root)
        if MACHINE_PATHS.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def ours(root: Path) -> list[Path]:
    """Text files of the project: what git would list, without asking git."""
    left_out = {"build", "var", "__pycache__", "node_modules"}
    hidden = {path for path in root.glob(".*") if path.name != ".ci"}
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and path.suffix in TEXT_ENDINGS
        and not left_out & set(path.relative_to(root).parts)
        and not any(top in path.parents or top == path for top in hidden)
        and not any(part.endswith(".egg-info") for part in path.parts)
    ]


def test_folders_when_they_are_rooms_state_their_law_in_a_short_readme(root: Path) -> None:
    rooms = [
        "kb",
        "kb/library",
        "kb/embedding",
        "kb/engines",
        "kb/answer",
        "kb/generations",
        "kb/cli",
        "ingest",
        "ingest/readers",
        "web",
    ]
    for room in [*rooms, "tests", "benchmarks"]:
        lines = (root / room / "README.md").read_text(encoding="utf-8").strip().splitlines()
        assert 3 <= len(lines) <= 12, room


def test_architecture_page_when_a_room_of_the_core_exists_names_it(root: Path) -> None:
    text = page("docs/architecture.md").text
    rooms = [path.stem for path in (root / "kb").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    rooms = [room for room in rooms if room != "__init__"]
    assert len(rooms) > 10
    assert [room for room in sorted(rooms) if f"kb.{room}" not in text and f"kb/{room}" not in text] == []


def test_notice_when_it_names_what_comes_along_names_the_pinned_hashes_and_every_kind_of_file(root: Path) -> None:
    notice = (root / "NOTICE").read_text(encoding="utf-8")
    assert models.PACKAGED_SHA256 in notice
    assert judge.PACKAGED_SHA256 in notice
    kinds = {path.suffix for path in (root / "web" / "static").rglob("*") if path.is_file()}
    assert kinds <= {".css", ".js", ".svg"}, "NOTICE says that no font comes along"
    assert sha256((root / "web" / "static" / "htmx.min.js").read_bytes()).hexdigest() in notice
