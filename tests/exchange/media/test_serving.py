"""Pictures over HTTP, whole and in parts."""

from __future__ import annotations

import re

import pytest

from tests.exchange.media.sending import (
    url_of,
)
from tests.files import path_of_asset


class TestServing:
    def test_the_whole(self, lead, asset):
        answer = lead.get(url_of(asset), headers={"Accept-Encoding": "gzip"})

        content = path_of_asset(asset.sha256).read_bytes()
        assert answer.getvalue() == content
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(len(content))
        kept = re.fullmatch(r"private, max-age=(\d+), immutable", answer["Cache-Control"])
        assert 12 * 3600 < int(kept[1]) <= 24 * 3600
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Content-Disposition"] == f'inline; filename="{asset.sha256[:16]}.png"'
        assert "Content-Encoding" not in answer

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-9", 0, 10),
            ("bytes=5-", 5, None),
            ("bytes=-4", -4, None),
            ("bytes=2-999999", 2, None),
        ],
    )
    def test_a_part(self, lead, asset, asked, start, end):
        content = path_of_asset(asset.sha256).read_bytes()

        answer = lead.get(url_of(asset), headers={"Range": asked})

        assert answer.status_code == 206
        assert answer.getvalue() == content[start:end]
        first = len(content) + start if start < 0 else start
        assert answer["Content-Range"] == (
            f"bytes {first}-{first + len(content[start:end]) - 1}/{len(content)}"
        )

    @pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=9-2"])
    def test_a_part_that_is_not_there(self, lead, asset, asked):
        assert lead.get(url_of(asset), headers={"Range": asked}).status_code == 416

    @pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"])
    def test_what_is_no_single_range_gives_the_whole(self, lead, asset, asked):
        answer = lead.get(url_of(asset), headers={"Range": asked})

        assert answer.status_code == 200
        assert len(answer.getvalue()) == asset.size

    def test_what_the_browser_has_is_not_sent_again(self, lead, asset):
        whole = lead.get(url_of(asset))
        whole.getvalue()
        tag = whole["ETag"]

        assert lead.get(url_of(asset), headers={"If-None-Match": tag}).status_code == 304
        other = lead.get(url_of(asset), headers={"Range": "bytes=0-1", "If-Range": '"old"'})
        other.getvalue()
        assert other.status_code == 200

    def test_a_file_that_is_gone(self, lead, asset):
        path_of_asset(asset.sha256).unlink()

        assert lead.get(url_of(asset)).status_code == 404
