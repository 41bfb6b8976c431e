"""A template and values into a document: bytes into bytes (pure).

Templates are Jinja2 inside Word files (docxtpl). They come from an office, so they run in a sandbox without functions and
without arithmetic that grows; values come from citizens and are escaped, never read as template.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

_UNFIT = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
MOST_NAMED = 60  # characters of a mistake that are told
_LEFT_OVER = re.compile(r"\{\{[^{}]{0,40}|\{%[^{}]{0,40}|[^{}]{0,40}\}\}|[^{}]{0,40}%\}")


class BrokenTemplate(ValueError):
    """A template that cannot be filled. `variable`: the name nobody knows, or the words that are no template; may be empty.

    `why` is unknown, syntax, left_over or file.
    """

    def __init__(self, why: str, variable: str = "") -> None:
        super().__init__(f"{why}: {variable}" if variable else why)
        self.why, self.variable = why, variable


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without functions; `*`, `**` and `%` are refused, with which a short line fills all memory."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(operator)

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def render(template: bytes, values: Mapping[str, str]) -> bytes:
    """The document. Raises BrokenTemplate with the name of what is wrong; the template is never changed."""
    unknown = sorted(variables(template) - set(values))
    if unknown:
        raise BrokenTemplate("unknown", unknown[0])
    document = _opened(template)
    try:
        document.render({name: plain(value) for name, value in values.items()}, Sandbox(), autoescape=True)
    except TemplateError as error:
        why = "unknown" if isinstance(error, UndefinedError) else "syntax"
        raise BrokenTemplate(why, _told(error)) from None
    except Exception as error:  # docxtpl hands lxml what the template made of it
        raise BrokenTemplate("file", type(error).__name__) from None
    return _saved(document)


def variables(template: bytes) -> set[str]:
    """Names that a template asks for, in body, heads and feet. Raises BrokenTemplate."""
    document, environment = _opened(template), Sandbox()
    try:
        sources = [document.patch_xml(document.get_xml())]
        for uri in (document.HEADER_URI, document.FOOTER_URI):
            sources += [
                document.patch_xml(document.get_part_xml(part)) for _, part in document.get_headers_footers(uri)
            ]
    except Exception as error:  # lxml, of a part that is no XML
        raise BrokenTemplate("file", type(error).__name__) from None
    return {name for source in sources for name in _asked(environment, source)}


def left_over(document: bytes) -> str:
    """Braces that a trial left standing, as with `{{ 姓名 }`; empty when there are none. Only for trials: a citizen may write braces."""
    text = "".join(paragraph_texts(document))
    found = _LEFT_OVER.search(text)
    return found[0].strip() if found else ""


def paragraph_texts(document: bytes) -> list[str]:
    """The words of every part that holds paragraphs."""
    with zipfile.ZipFile(io.BytesIO(document)) as packed:
        parts = [name for name in packed.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name)]
        whole = [packed.read(name).decode("utf-8", "replace") for name in parts]
    return [re.sub(r"<[^>]+>", "", one) for one in whole]


def plain(text: str) -> str:
    """Without characters that XML cannot hold and without those that docxtpl takes for breaks of its own."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _asked(environment: Sandbox, source: str) -> set[str]:
    """Names in one part; a mistake is told by the words of the paragraph it stands in."""
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", source)
    try:
        return meta.find_undeclared_variables(environment.parse(source))
    except TemplateSyntaxError as error:
        open_block = re.search(r"needs to be closed is '(\w+)'", error.message or "")
        lines = [re.sub(r"<[^>]+>", "", line).strip() for line in source.splitlines()[: error.lineno]]
        words = next((line for line in reversed(lines) if line), "")
        raise BrokenTemplate("syntax", f"{{% {open_block[1]} %}}" if open_block else words[:MOST_NAMED]) from None
    except TemplateError as error:
        raise BrokenTemplate("syntax", _told(error)) from None


def _opened(template: bytes) -> DocxTemplate:
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise BrokenTemplate("file", type(error).__name__) from None
    return document


def _saved(document: DocxTemplate) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _told(error: TemplateError) -> str:
    """The name that an error of Jinja speaks of, where it speaks of one."""
    said = error.message or ""
    found = re.search(r"attribute '([^']{1,60})'", said) or re.search(r"'([^']{1,60})'", said)
    return found[1] if found else said[:MOST_NAMED]
