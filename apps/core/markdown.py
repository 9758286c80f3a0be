"""The one Markdown renderer: what people wrote becomes HTML that is safe to show.

CommonMark and tables; HTML in the source is shown as text; what comes out passes an allow-list. No
image is ever loaded (it would tell a stranger who reads), its description is shown instead. This
is the only module that may declare text to be safe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre",
    "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
LINK = re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):", re.IGNORECASE)
# Deeper nesting than anyone writes; beyond it, the source is taken as plain text.
MAX_NESTING = 20


def _image_as_text(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    text = renderer.renderInlineAsText(tokens[index].children or [], options, env)
    return renderer.text([Token("text", "", 0, content=text)], 0, options, env)


def _only_whole_addresses(tag: str, attribute: str, value: str) -> str | None:
    """A link leads out to where it says, never to a page of this application."""
    if (tag, attribute) == ("a", "href") and not LINK.match(value):
        return None
    return value


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image_as_text)
    return parser


_PARSER = _parser()


def render(source: str) -> SafeString:
    """Markdown as safe HTML; headings start at h3, below those of the page that shows it."""
    env: dict[str, Any] = {}
    tokens = _PARSER.parse(source, env)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, env),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_only_whole_addresses,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # cleaned by the allow-list above
