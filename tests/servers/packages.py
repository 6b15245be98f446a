"""Fetches WordPress from Debian's packages into the project's own cache, without a change to the machine's set-up.

The mirror, its keys and its proxies are those that this machine's apt is set up with; only the suite is another.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import ServerProblem

REPOSITORY = Path(__file__).resolve().parents[2]
APT = Path("/etc/apt")

# The name that tests use, and the Debian suite whose package it is.
SUITES = {"6.1": "bookworm", "newest": "sid"}

# WordPress, and what its package links to outside its own tree.
_PACKAGES = ("wordpress", "php-getid3", "libphp-phpmailer", "libjs-cropper", "libjs-underscore")
# A site without a theme shows nothing; which of them a suite has, and whether apart, differs.
_THEMES = (
    "wordpress-theme-twentytwentytwo",
    "wordpress-theme-twentytwentythree",
    "wordpress-theme-twentytwentyfour",
    "wordpress-theme-twentytwentyfive",
)


def cache() -> Path:
    """The folder that downloads are kept in: `POSTDESK_SERVERS`, or `.servers` in the checkout."""
    folder = Path(os.environ.get("POSTDESK_SERVERS") or REPOSITORY / ".servers").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wordpress_source(version: str) -> Path:
    """The folder with the files of WordPress `version` (a key of `SUITES`), fetched if it is not there yet.

    Raises `ServerProblem` when the machine has no Debian mirror or the mirror does not answer.
    """
    done = cache() / f"wordpress-{version}"
    if not done.is_dir():
        with only_one(f"wordpress-{version}"):
            if not done.is_dir():
                _fetch(SUITES[version], done)
    return done


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Two runs at a time fetch once."""
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class _Mirror:
    address: str
    signed_by: str


def _mirror() -> _Mirror:
    """The machine's own mirror of Debian's main archive, out of either form of apt's sources."""
    for path in [
        *APT.glob("sources.list.d/*.sources"),
        *APT.glob("sources.list.d/*.list"),
        APT / "sources.list",
    ]:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if path.suffix == ".sources":
            for paragraph in re.split(r"\n\s*\n", text):
                fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.+)$", paragraph, re.MULTILINE))
                suites = fields.get("Suites", "").split()
                if suites and "main" in fields.get("Components", "").split() and "-security" not in suites[0]:
                    return _Mirror(fields["URIs"].split()[0], fields.get("Signed-By", ""))
        for options, address, suite in re.findall(
            r"^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+.*\bmain\b", text, re.MULTILINE
        ):
            if "security" not in suite:
                signed = re.search(r"signed-by=(\S+)", options)
                return _Mirror(address, signed[1] if signed else "")
    raise ServerProblem("The tests take WordPress from a Debian mirror, and this machine's apt knows none.")


def _apt(folder: Path, suite: str) -> list[str]:
    """apt-get with lists and cache of its own below `folder`, for `suite` of the machine's mirror."""
    mirror = _mirror()
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    signed = f"[signed-by={mirror.signed_by}] " if mirror.signed_by else ""
    (folder / "suite.list").write_text(f"deb {signed}{mirror.address} {suite} main\n", encoding="utf-8")
    options = {
        "Dir::Etc::sourcelist": folder / "suite.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder,
        "Dir::Cache::archives": folder / "archives",
        "APT::Sandbox::User": "",  # the lists are ours, whoever we are
        "Acquire::Languages": "none",
    }
    return ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]


def _fetch(suite: str, done: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache(), prefix="fetch-") as name:
        folder = Path(name)
        apt = _apt(folder / "apt", suite)
        _run([*apt, "update"], folder)
        _run([*apt, "download", *_PACKAGES], folder)
        for theme in _THEMES:
            # A suite that has the theme inside the main package, or not at all, is fine.
            subprocess.run([*apt, "download", theme], cwd=folder, capture_output=True, check=False)
        tree = folder / "tree"
        for package in sorted(folder.glob("*.deb")):
            _run(["dpkg", "--extract", str(package), str(tree)], folder)
        source = folder / "wordpress"
        _copy_with_link_targets(tree / "usr/share/wordpress", source, tree)
        if not (source / "wp-settings.php").is_file():
            raise ServerProblem(f"Debian {suite}'s WordPress package does not look as expected.")
        (source / "wp-config.php").unlink(missing_ok=True)
        (source / ".htaccess").unlink(missing_ok=True)
        source.rename(done)


def _run(command: list[str], cwd: Path) -> None:
    answer = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise ServerProblem(f"{' '.join(command[-4:])} failed:\n{answer.stderr[-2000:]}")


def _copy_with_link_targets(source: Path, target: Path, tree: Path) -> None:
    """Copies a folder; a link into another package gets what it points to in `tree`, or is left out."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        found = _resolve(entry, tree)
        if found is None:
            continue
        if found.is_dir():
            _copy_with_link_targets(found, target / entry.name, tree)
        else:
            shutil.copyfile(found, target / entry.name)


def _resolve(entry: Path, tree: Path) -> Path | None:
    for _ in range(10):
        if not entry.is_symlink():
            return entry if entry.exists() else None
        link = entry.readlink()
        entry = (
            tree / link.relative_to("/")
            if link.is_absolute()
            else Path(os.path.normpath(entry.parent / link))
        )
    return None
