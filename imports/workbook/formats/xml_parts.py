"""XML parts: expat without its dangers, and the small parts that say where the others are."""

import re
from collections.abc import Callable
from xml.parsers import expat

from imports.workbook.limits import ReadLimits, refuse, with_thousands

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]
_NO_MEMORY = 1  # XML_ERROR_NO_MEMORY
_LONGEST_PIECE = 1 << 16
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")


def parse_xml(
    part: bytes,
    start: Start | None = None,
    end: End | None = None,
    text: End | None = None,
) -> None:
    """Send a part through expat in one call.  Raises SubmissionRefused.

    One call, because expat before 2.6 takes quadratic time over a huge token that comes in pieces.
    Any document type is refused: no spreadsheet needs one, and entities come with it.
    """
    check_encoding(part)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = _LONGEST_PIECE
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise refuse("BAD_XML") from error
    finally:
        # The handlers hold what they fill, and the parser holds them.
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.CharacterDataHandler = None


def check_encoding(part: bytes) -> None:
    """Refuse any part that is not in UTF-8: readers differ in what they make of the others."""
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in part[:4]:
        raise refuse("ENCODING")
    declared = _DECLARED.match(part.removeprefix(b"\xef\xbb\xbf")[:400])
    if declared and declared[1].lower() not in _UTF_8:
        raise refuse("ENCODING")


def count_elements(part: bytes, so_far: int, limits: ReadLimits) -> int:
    """The number of elements, this part's added; refuses before any of them costs anything."""
    so_far += part.count(b"<") - part.count(b"</")
    if so_far > limits.elements:
        raise refuse("TOO_MANY_ELEMENTS", limit=with_thousands(limits.elements))
    return so_far


def local_name(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def find_elements(part: bytes, *wanted: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of the wanted names, in order, with its attributes as written."""
    elements: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local_name(name) in wanted:
            elements.append((local_name(name), attributes))

    parse_xml(part, start)
    return elements


def root_name(part: bytes) -> str:
    """The name of a part's outermost element, its prefix left out."""
    names: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        if not names:
            names.append(local_name(name))

    parse_xml(part, start)
    return names[0]


def _no_doctype(*_: object) -> None:
    raise refuse("DTD")
