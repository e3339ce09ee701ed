"""XOAUTH2 against Dovecot, which asks a token server who the token belongs to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.errors import ApplicationException
from connectors.mail.mailbox import open_mailbox
from tests.intake.conftest import mailbox
from tests.intake.dovecot import Dovecot, unavailable
from tests.intake.mails import PDF, mail

pytestmark = pytest.mark.dovecot


class _Introspection(BaseHTTPRequestHandler):
    """Answers as RFC 7662 says: whether a token is alive, and whose it is."""

    def do_GET(self) -> None:
        good = "token=a-good-token&" in self.path
        body = json.dumps({"active": good, "username": "bot"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the test's output is its own."""


@pytest.fixture
def server() -> Iterator[Dovecot]:
    if why := unavailable():
        pytest.skip(why)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Introspection) as tokens:
        thread = threading.Thread(target=tokens.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{tokens.server_address[1]}/introspect?token="
        with Dovecot.create(oauth_url=url) as running:
            yield running
        tokens.shutdown()
        thread.join()


def test_a_token_opens_the_mailbox(server: Dovecot) -> None:
    server.deliver("bot", [mail(("a.pdf", PDF))])
    with open_mailbox(mailbox(server, auth="xoauth2"), "a-good-token") as session:
        assert session.select("INBOX").count == 1


def test_a_token_that_is_not_good_is_refused_without_being_shown(server: Dovecot) -> None:
    with pytest.raises(ApplicationException, match="OF302") as refused:
        with_token(server, "a-stale-token")
    assert "stale" not in str(refused.value)


def with_token(server: Dovecot, token: str) -> None:
    with open_mailbox(mailbox(server, auth="xoauth2"), token) as session:
        session.select("INBOX")
