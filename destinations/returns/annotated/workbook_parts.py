"""Workbook parts: elements found by expat, changed byte by byte, everything else left as it was.

Only for workbooks that the guard has opened: their zip holds no surprise, every part inflates to
the size it declares.  What a part says is still looked at as if by a stranger: no document type,
no other alphabet, nothing huge.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import basename, dirname, join, normpath, relpath
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

MIB = 1024 * 1024
_UNPACKED, _PART = 60 * MIB, 8 * MIB  # of a workbook that is marked where it stands
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # so that the same marks give the same bytes
_START_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
)

Edit = tuple[int, int, bytes]  # from, to, what stands there instead


class CannotAnnotate(Exception):  # noqa: N818 - an answer: the workbook goes the other way
    """A workbook that is not changed in place; the message says what it holds, for its sender."""


@dataclass(slots=True)
class XmlTag:
    """One element where it stands in its part.  Offsets are in bytes.

    From `starts` to `opened` is its start tag, from `closes` to `ends` its end tag.
    """

    name: str
    attributes: dict[str, str]
    starts: int
    opened: int
    closes: int = 0
    ends: int = 0
    is_empty: bool = False  # it has nothing in it, not even an end tag

    def get(self, name: str) -> str:
        """An attribute by its name without a prefix, '' where there is none."""
        return next(
            (value for key, value in self.attributes.items() if key.rpartition(":")[2] == name), ""
        )

    def holds(self, other: "XmlTag") -> bool:
        """Whether another element of the same part is in this."""
        return self.opened <= other.starts < self.closes


@dataclass(slots=True)
class WorkbookParts:
    """The parts of a workbook by name: those of the archive, and those changed or new."""

    archive: ZipFile
    infos: dict[str, ZipInfo]
    changed: dict[str, bytes] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return name in self.changed or name in self.infos

    def part(self, name: str) -> bytes:
        """A part as it stands now.  Raises CannotAnnotate where there is none, or a huge one."""
        if name in self.changed:
            return self.changed[name]
        info = self.infos.get(name)
        if info is None or info.file_size > _PART:
            raise CannotAnnotate("parts that we could not be sure of")
        return self.archive.read(info).removeprefix(b"\xef\xbb\xbf")

    def put(self, name: str, part: bytes) -> None:
        """Replace a part, or add it."""
        self.changed[name] = part

    def unused(self, pattern: str) -> str:
        """The first name of a pattern such as "xl/comments{}.xml" that no part has."""
        taken = {name.casefold() for name in (*self.infos, *self.changed)}
        return next(
            name for number in range(1, 10_000)
            if (name := pattern.format(number)).casefold() not in taken
        )  # fmt: skip

    def content(self) -> bytes:
        """The workbook with its changes; every other part is what it was."""
        stream = BytesIO()
        with ZipFile(stream, "w", ZIP_DEFLATED) as written:
            for name in dict.fromkeys((*self.infos, *self.changed)):
                info_before = self.infos.get(name)
                part = self.changed.get(name)
                info = ZipInfo(name, _NO_DATE)
                # A picture is as small as it gets; to press it again only costs.
                is_compressed = part is not None or (
                    info_before is not None
                    and info_before.compress_size < info_before.file_size * 0.95
                )
                info.compress_type = ZIP_DEFLATED if is_compressed else ZIP_STORED
                written.writestr(
                    info, part if part is not None else self.archive.read(self.infos[name])
                )
        return stream.getvalue()


def open_parts(content: bytes) -> WorkbookParts:
    """The parts of a workbook that the guard has opened.  Raises CannotAnnotate."""
    try:
        archive = ZipFile(BytesIO(content))
    except BadZipFile as error:
        raise CannotAnnotate("parts that we could not be sure of") from error
    infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    if sum(info.file_size for info in infos.values()) > _UNPACKED:
        raise CannotAnnotate("more than we can mark in place")
    if len({name.casefold() for name in infos}) < len(infos):
        raise CannotAnnotate("parts that we could not be sure of")
    return WorkbookParts(archive, infos)


def find_tags(part: bytes, *names: str) -> list[XmlTag]:
    """Every element with one of these names, in document order, with its byte offsets.

    Raises CannotAnnotate for a part that is no XML of the plain kind.
    """
    tags: list[XmlTag] = []
    open_: list[XmlTag | None] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in names:
            at = parser.CurrentByteIndex
            opened = end_of_tag(part, at)
            is_empty = part[opened - 2 : opened] == b"/>"
            tags.append(XmlTag(name, attributes, at, opened, is_empty=is_empty))
            open_.append(tags[-1])
        else:
            open_.append(None)

    def end(_: str) -> None:
        tag = open_.pop()
        if tag is not None:
            tag.closes = tag.opened if tag.is_empty else parser.CurrentByteIndex
            tag.ends = tag.opened if tag.is_empty else end_of_tag(part, tag.closes)

    parser = expat_for(part, start, end)
    run_parser(parser, part)
    return tags


def expat_for(
    part: bytes,
    start: Callable[[str, dict[str, str]], object] | None = None,
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> expat.XMLParserType:
    """A parser that takes no document type.  Raises CannotAnnotate for another encoding."""
    declared = _ENCODING.match(part[:400])
    if b"\0" in part[:4] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise CannotAnnotate("parts that we could not be sure of")
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    return parser


def run_parser(parser: expat.XMLParserType, part: bytes) -> None:
    """Send a part through a parser in one call, and let its handlers go.  Raises CannotAnnotate."""
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise CannotAnnotate("parts that we could not be sure of") from error
    finally:
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.CharacterDataHandler = None


def end_of_tag(part: bytes, start: int) -> int:
    """The offset just after the tag that starts at `start`.  Raises CannotAnnotate for no tag."""
    tag = _START_TAG.match(part, start)
    if tag is None:
        raise CannotAnnotate("parts that we could not be sure of")
    return tag.end()


def apply_edits(part: bytes, edits: Iterable[Edit]) -> bytes:
    """A part with its edits made; of those at one place, the first given stands first."""
    pieces, at = [], 0
    for start, end, instead in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        pieces += [part[at:start], instead]
        at = max(at, end)
    return b"".join((*pieces, part[at:]))


def with_attributes(tag: bytes, **attributes: str | int) -> bytes:
    """A start tag with these attributes set; those it has of the same names are replaced."""
    for name, value in attributes.items():
        pattern = re.compile(rb"(\s)%b\s*=\s*(?:\"[^\"]*\"|'[^']*')" % name.encode())
        written = f"{name}={quoteattr(str(value))}".encode()
        if pattern.search(tag):
            tag = pattern.sub(lambda match, to=written: match[1] + to, tag, count=1)  # type: ignore[misc]
        else:
            tag = re.sub(rb"\s*(/?)>\Z", lambda end, to=written: b" " + to + end[1] + b">", tag)  # type: ignore[misc]
    return tag


def append_inside(part: bytes, tag: XmlTag, content: bytes, **attributes: str | int) -> list[Edit]:
    """The edits that append XML to an element and set attributes of its start tag."""
    start = part[tag.starts : tag.opened]
    start = with_attributes(start, **attributes) if attributes else start
    if tag.is_empty:
        opening = re.sub(rb"\s*/>\Z", b">", start)
        return [(tag.starts, tag.opened, opening + content + b"</%b>" % tag.name.encode())]
    return [(tag.starts, tag.opened, start), (tag.closes, tag.closes, content)]


def escape_text(text: str) -> str:
    """Text escaped for an element; what looks like Excel's own escape, _x000D_, stays as typed."""
    return escape(_CODE.sub("_x005F_", text).translate(_UNWRITABLE))


def quote_attribute(text: str) -> str:
    """Text escaped for an attribute, with the quotes around it."""
    return quoteattr(text.translate(_UNWRITABLE))


def relations_part(name: str) -> str:
    """The name of the .rels part of a part; of the package for ''."""
    return f"{dirname(name)}/_rels/{basename(name)}.rels".lstrip("/")


def related_parts(workbook: WorkbookParts, name: str) -> dict[str, tuple[str, str]]:
    """The internal relations of a part: id -> (type URI, name of the target part)."""
    rels = relations_part(name)
    if not workbook.has(rels):
        return {}
    related = {}
    for tag in find_tags(workbook.part(rels), "Relationship"):
        if tag.get("TargetMode") != "External":
            target = tag.get("Target")
            path = target if target.startswith("/") else join("/", dirname(name), target)
            related[tag.get("Id")] = (tag.get("Type"), normpath(path).lstrip("/"))
    return related


def add_relation(workbook: WorkbookParts, name: str, kind: str, target: str) -> str:
    """Add a relation of type `kind` from a part (the package for '') to another; its id."""
    rels = relations_part(name)
    pointed = target if not dirname(name) else relpath(f"/{target}", f"/{dirname(name)}")
    if not workbook.has(rels):
        workbook.put(
            rels, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships '
            f'xmlns="{PACKAGE}/relationships"></Relationships>'.encode()
        )  # fmt: skip
    part = workbook.part(rels)
    tags = find_tags(part, "Relationships", "Relationship")
    if not tags or tags[0].name != "Relationships":
        raise CannotAnnotate("parts that we could not be sure of")
    ids = {tag.get("Id") for tag in tags}
    relation_id = next(f"rIdD{number}" for number in range(1, 10_000) if f"rIdD{number}" not in ids)
    line = f'<Relationship Id="{relation_id}" Type="{kind}" Target={quote_attribute(pointed)}/>'
    workbook.put(rels, apply_edits(part, append_inside(part, tags[0], line.encode())))
    return relation_id


def declare_content_types(
    workbook: WorkbookParts, types: Mapping[str, str], *, ending: str = ""
) -> None:
    """Declare content types by part name; `types[ending]` is the default for that extension."""
    part = workbook.part("[Content_Types].xml")
    tags = find_tags(part, "Types", "Override", "Default")
    if not tags or tags[0].name != "Types" or tags[0].is_empty:
        raise CannotAnnotate("parts that we could not be sure of")
    declared = {tag.get("PartName").casefold() for tag in tags if tag.name == "Override"}
    endings = {tag.get("Extension").casefold() for tag in tags if tag.name == "Default"}
    first = ""
    if ending and ending not in endings:
        first = f'<Default Extension="{ending}" ContentType={quote_attribute(types[ending])}/>'
    lines = "".join(
        f"<Override PartName={quote_attribute('/' + name)} ContentType={quote_attribute(kind)}/>"
        for name, kind in types.items()
        if name != ending and f"/{name}".casefold() not in declared
    )
    top, end = tags[0].opened, tags[0].closes
    edits = [(top, top, first.encode()), (end, end, lines.encode())]
    workbook.put("[Content_Types].xml", apply_edits(part, edits))


def _no_doctype(*_: object) -> None:
    raise CannotAnnotate("parts that we could not be sure of")
