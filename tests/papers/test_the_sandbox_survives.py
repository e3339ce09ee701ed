from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bots.reader.reading import Reading, Value
from config.errors import ConfigError, DocumentRefused, OficioError
from connectors.sandbox import Limits, Sandbox

SMALL = Limits(memory=1_500_000_000, cpu_seconds=20, wall_seconds=20.0, answer=1_000_000)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(2, SMALL) as opened:
        yield opened


def double(number: int) -> int:
    return 2 * number


def process_id() -> int:
    return os.getpid()


def a_reading() -> Reading:
    return Reading(fields={"gross_total": Value("1.00", box=(1.0, 2.0, 3.0, 4.0))})


def die(how: int) -> None:
    os.kill(os.getpid(), how)


def leave() -> None:
    os._exit(3)


def spin() -> None:
    while True:
        pass


def wait_for_ever() -> None:
    threading.Event().wait()


def hoard() -> int:
    return len(bytearray(4_000_000_000))


def talk() -> bytes:
    return b"x" * 5_000_000


def fall() -> None:
    fall()


def refuse() -> None:
    raise ConfigError("OF105", "here", thing="mailbox", name="x", known="y")


def stumble() -> None:
    raise ZeroDivisionError("a defect")


def write(path: str) -> None:
    Path(path).write_text("owned")


class Trojan:
    """Pickles as a call of os.system, as a worker that was taken over would answer."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("touch /tmp/owned-by-a-pickle",))


def smuggle() -> Trojan:
    return Trojan()


def connect() -> object:
    return socket.socket


def refused_code(sandbox: Sandbox, function: object, *args: object, limits: Limits = SMALL) -> str:
    with pytest.raises(OficioError) as refused:
        sandbox.run_within(limits, function, *args)  # type: ignore[arg-type]  # any of the functions above
    return refused.value.code


def test_answers_come_back_from_a_warm_worker(sandbox: Sandbox) -> None:
    assert sandbox.run(double, 21) == 42
    assert sandbox.run(a_reading) == a_reading()
    assert sandbox.run(process_id) == sandbox.run(process_id) != os.getpid()


def test_a_warm_job_costs_little(sandbox: Sandbox) -> None:
    sandbox.run(double, 1)
    begun = time.perf_counter()
    for number in range(50):
        sandbox.run(double, number)
    assert (time.perf_counter() - begun) / 50 < 0.05


def test_our_own_errors_come_back_whole(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError) as refused:
        sandbox.run(refuse)
    assert (refused.value.reason.where, refused.value.reason.facts["name"]) == ("here", "x")


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_worker_that_dies_is_a_typed_error_and_is_replaced(sandbox: Sandbox, how: int) -> None:
    assert refused_code(sandbox, die, how) == "OF209"
    assert sandbox.run(double, 2) == 4


def test_a_worker_that_leaves_is_replaced(sandbox: Sandbox) -> None:
    assert refused_code(sandbox, leave) == "OF209"
    assert sandbox.run(double, 3) == 6


def test_limits_hold(sandbox: Sandbox) -> None:
    assert refused_code(sandbox, spin, limits=Limits(cpu_seconds=1)) == "OF207"
    assert refused_code(sandbox, wait_for_ever, limits=Limits(wall_seconds=0.3)) == "OF207"
    assert refused_code(sandbox, hoard) == "OF208"
    assert refused_code(sandbox, talk) == "OF208"
    assert refused_code(sandbox, fall) == "OF218"
    assert sandbox.run(double, 4) == 8


def test_a_defect_is_logged_and_has_its_own_code(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    assert refused_code(sandbox, stumble) == "OF219"
    assert "ZeroDivisionError: a defect" in caplog.text


def test_a_worker_cannot_write_files(sandbox: Sandbox, tmp_path: Path) -> None:
    assert refused_code(sandbox, write, str(tmp_path / "file")) == "OF219"
    assert not (tmp_path / "file").exists() or (tmp_path / "file").stat().st_size == 0


def test_a_worker_cannot_make_the_parent_run_code(sandbox: Sandbox) -> None:
    assert refused_code(sandbox, smuggle) == "OF209"
    assert refused_code(sandbox, connect) == "OF209"
    assert not Path("/tmp/owned-by-a-pickle").exists()


def test_threads_share_the_workers(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda number: sandbox.run(double, number), range(40))) == [2 * n for n in range(40)]
        assert len(set(threads.map(lambda _: sandbox.run(process_id), range(20)))) <= 2


def test_a_refusal_names_its_limit_in_words(sandbox: Sandbox) -> None:
    with pytest.raises(DocumentRefused) as refused:
        sandbox.run_within(Limits(wall_seconds=0.2), wait_for_ever)
    assert "0.2 s" in refused.value.reason.text("en")
    assert "0.2 s" in refused.value.reason.text("es")


def test_a_worker_that_keeps_too_much_memory_is_replaced() -> None:
    with Sandbox(1, Limits(kept=1)) as forgetful, Sandbox(1, SMALL) as warm:
        assert forgetful.run(process_id) != forgetful.run(process_id)
        assert warm.run(process_id) == warm.run(process_id)
