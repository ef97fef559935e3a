"""The files of the page at ``/sandbox/``, as they are served; ``tests/browser`` looks at them in a browser."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import requests

from callerid_analytics.sandbox import page
from tests.sandbox.conftest import Api

FOLDER = files("callerid_analytics.sandbox").joinpath("page")


def text(name: str) -> str:
    return FOLDER.joinpath(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", page.MEDIA_TYPES)
def test_every_file_is_sent_as_it_is(api: Api, name: str) -> None:
    response = api.get(f"/sandbox/{name.removesuffix('index.html')}")
    assert response.status_code == 200
    assert response.content.decode() == text(name)
    assert response.headers["Content-Type"].partition(";")[0] == page.MEDIA_TYPES[name]


@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/page.js", "/sandbox"])
def test_the_browser_is_told_to_stay_here_and_to_keep_nothing(api: Api, path: str) -> None:
    headers = api.send("GET", path, allow_redirects=False).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_address_without_a_slash_leads_to_the_page(api: Api) -> None:
    response = api.send("GET", "/sandbox", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (307, "/sandbox/")


@pytest.mark.parametrize("path", ["page.py", "../page.py", "..%2fpage.py", "page/page.js", "page.js/"])
def test_nothing_else_is_sent(api: Api, path: str) -> None:
    request = requests.Request("GET", "http://x").prepare()
    request.url = f"{api.sandbox.url}/sandbox/{path}"  # as it is: requests would tidy it up
    assert api.session.send(request, timeout=10).status_code == 404


def test_the_page_only_reads(api: Api) -> None:
    assert api.send("POST", "/sandbox/").status_code == 405


def test_no_file_is_forgotten_and_none_is_missing() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(page.MEDIA_TYPES)


@pytest.mark.parametrize("name", page.MEDIA_TYPES)
def test_no_file_names_another_host_or_makes_html_of_text(name: str) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", text(name)))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text(name))


def test_scripts_and_styles_are_files() -> None:
    html = text("index.html")
    assert "<style" not in html
    assert not re.search(r"\s(?:style|on\w+)=", html)
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="page.js">']
