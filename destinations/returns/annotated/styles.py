"""Styles: what marked cells and our own tabs look like, added to the formats a workbook has.

Must fix and please check differ by colour and by pattern, and each says in words which it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from destinations.returns.annotated.workbook_parts import (
    CannotAnnotate,
    Edit,
    XmlTag,
    append_inside,
    apply_edits,
    end_of_tag,
    find_tags,
    with_attributes,
)
from models.vocabulary import Severity

# A plain warm fill, and a cool hatched one; black words can be read on both.
FILLS = {
    Severity.MUST_FIX: (
        '<fill><patternFill patternType="solid"><fgColor rgb="FFFFC58A"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    ),
    Severity.PLEASE_CHECK: (
        '<fill><patternFill patternType="lightUp"><fgColor rgb="FF8FBEE3"/>'
        '<bgColor rgb="FFE3F0FA"/></patternFill></fill>'
    ),
}
# Our colours as they come back; LibreOffice makes one colour of a hatched fill.
_OUR_COLOURS = (b'"ffffc58a"', b'"ff8fbee3"', b'"ffcee4f5"')
_WHITE = (
    '<fill><patternFill patternType="solid"><fgColor rgb="FF{}"/><bgColor indexed="64"/>'
    "</patternFill></fill>"
)
_FONT = '<font>{}<sz val="{}"/><color rgb="FF{}"/><name val="Arial"/><family val="2"/></font>'
_NO_BORDER = "<border><left/><right/><top/><bottom/><diagonal/></border>"
_LINE = (
    '<border><left/><right/><top/><bottom style="thin"><color rgb="FF{}"/></bottom>'
    "<diagonal/></border>"
)
_BAR = (
    '<border><left style="thick"><color rgb="FF{}"/></left><right/><top/>'
    '<bottom style="thin"><color rgb="FFD9D9D9"/></bottom><diagonal/></border>'
)
_BOX = "<border>{}<diagonal/></border>".format(
    "".join(
        f'<{side} style="thin"><color rgb="FF6F777B"/></{side}>'
        for side in ("left", "right", "top", "bottom")
    )
)
_AS_TEXT = 49  # the format "@": what is typed stays as typed


class OurFormat(NamedTuple):
    """One format of our own tabs."""

    font: str
    fill: str = ""
    border: str = _NO_BORDER
    wraps: bool = True
    middle: bool = False


_BODY = _FONT.format("", 10, "000000")
_BOLD = _FONT.format("<b/>", 10, "000000")
_THIN = _LINE.format("D9D9D9")
OUR_FORMATS = {
    "title": OurFormat(_FONT.format("<b/>", 18, "12436D"), wraps=False),
    "big": OurFormat(_FONT.format("<b/>", 12, "000000")),
    "body": OurFormat(_BODY),
    "heading": OurFormat(_BOLD, _WHITE.format("F3F2F1"), _LINE.format("3D3D3D"), middle=True),
    "cell": OurFormat(_BODY, "", _THIN),
    "link": OurFormat(_FONT.format("<u/>", 10, "0B4F9E"), "", _THIN),
    "must": OurFormat(_BOLD, FILLS[Severity.MUST_FIX], _BAR.format("F46A25")),
    "check": OurFormat(_BODY, FILLS[Severity.PLEASE_CHECK], _BAR.format("6BACE6")),
    "answer": OurFormat(_BODY, _WHITE.format("FFFFFF"), _BOX),
    "shaded": OurFormat(_BODY, _WHITE.format("F3F2F1"), _THIN),
}


@dataclass(slots=True)
class _StyleList:
    """One list of a styles part, such as its fonts, and what we add to it."""

    tag: XmlTag
    existing: list[XmlTag]
    added: list[str] = field(default_factory=list)

    def add(self, xml: str) -> int:
        """The index of an entry, ours or new."""
        if xml not in self.added:
            self.added.append(xml)
        return len(self.existing) + self.added.index(xml)


class WorkbookStyles:
    """The formats of a workbook, and those that marks add.  Raises CannotAnnotate for odd ones."""

    def __init__(self, part: bytes) -> None:
        """`part` is the styles part."""
        self.part = part
        tags = find_tags(part, *_LISTS, *_LISTS.values())
        self._lists = {
            name: _style_list(tags, name, entry_name) for name, entry_name in _LISTS.items()
        }
        self._seen: dict[tuple[object, ...], int] = {}

    def marked(self, style: int, severity: Severity, *, as_text: bool) -> int:
        """The format of a cell once it is marked: its own, with our fill and black words."""
        key = (style, severity, as_text)
        if key not in self._seen:
            formats = self._lists["cellXfs"]
            if style >= len(formats.existing) + len(formats.added):
                raise CannotAnnotate("formats that we could not be sure of")
            fill = self._lists["fills"].add(FILLS[severity])
            self._seen[key] = formats.add(self._marked_format(style, fill, as_text))
        return self._seen[key]

    def plain(self, style: int, original_style: int | None = None) -> int | None:
        """The format of a cell without a mark of ours; None where it has none.

        `original_style` is the format that it had before, where that is known: its fill, and the
        colour of its words, are given back.
        """
        formats, fills = self._lists["cellXfs"], self._lists["fills"]
        if style >= len(formats.existing):
            return None
        fill = formats.existing[style].get("fillId")
        if not fill.isdecimal() or int(fill) >= len(fills.existing):
            return None
        tag = fills.existing[int(fill)]
        colours = self.part[tag.starts : tag.ends].lower()
        if not any(colour in colours for colour in _OUR_COLOURS):
            return None
        attributes = {"fillId": 0, "applyFill": 1}
        if original_style is not None and original_style < len(formats.existing):
            original, font = formats.existing[original_style], formats.existing[style].get("fontId")
            if original.get("fillId").isdecimal():
                attributes["fillId"] = int(original.get("fillId"))
            if original.get("fontId").isdecimal() and self._is_blackened(
                font, original.get("fontId")
            ):
                attributes |= {"fontId": int(original.get("fontId")), "applyFont": 1}
        return formats.add(self._restyled(style, attributes))

    def own(self, name: str) -> int:
        """The format of that name, for a cell on a tab of ours."""
        our_format = OUR_FORMATS[name]
        font = self._lists["fonts"].add(our_format.font)
        fill = self._lists["fills"].add(our_format.fill) if our_format.fill else 0
        border = self._lists["borders"].add(our_format.border)
        wraps = ' wrapText="1"' if our_format.wraps else ""
        return self._lists["cellXfs"].add(
            f'<xf numFmtId="{_AS_TEXT}" fontId="{font}" fillId="{fill}" borderId="{border}" '
            'xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
            f'applyAlignment="1"><alignment vertical="{"center" if our_format.middle else "top"}"'
            f"{wraps}/></xf>"
        )

    def content(self) -> bytes:
        """The styles part with what was added."""
        edits: list[Edit] = []
        for style_list in self._lists.values():
            if style_list.added:
                count = len(style_list.existing) + len(style_list.added)
                edits += append_inside(
                    self.part, style_list.tag, "".join(style_list.added).encode(), count=count
                )
        return apply_edits(self.part, edits)

    def _marked_format(self, style: int, fill: int, as_text: bool) -> str:
        attributes = {"fillId": fill, "applyFill": 1}
        if as_text:
            attributes |= {"numFmtId": _AS_TEXT, "applyNumberFormat": 1}
        font = _FONT_OF.search(self._format(style))
        attributes |= {"fontId": self._black(font[1].decode() if font else ""), "applyFont": 1}
        return self._restyled(style, attributes)

    def _format(self, style: int) -> bytes:
        """A format as XML, one that is there or one that we add."""
        formats = self._lists["cellXfs"]
        if style >= len(formats.existing):
            return formats.added[style - len(formats.existing)].encode()
        tag = formats.existing[style]
        return self.part[tag.starts : tag.ends]

    def _restyled(self, style: int, attributes: Mapping[str, int]) -> str:
        xml = self._format(style)
        opened = end_of_tag(xml, 0)
        return (with_attributes(xml[:opened], **attributes) + xml[opened:]).decode()

    def _black(self, font: str) -> int:
        """The font of a cell with its words in black, whatever its fill was before."""
        fonts = self._lists["fonts"]
        at = int(font) if font.isdecimal() else 0
        if at >= len(fonts.existing):
            return 0
        xml = self._font(at)
        black = _blackened(xml)
        return fonts.add(black) if black != xml else at

    def _is_blackened(self, font: str, original_font: str) -> bool:
        """Whether a font is another with its words in black, as a mark has them.

        Programs write what a font is in an order of their own.
        """
        fonts = self._lists["fonts"].existing
        if not font.isdecimal() or max(int(font), int(original_font)) >= len(fonts):
            return False
        font_xml, blackened_original = (
            self._font(int(font)),
            _blackened(self._font(int(original_font))),
        )
        return sorted(_XML_TAG.findall(font_xml)) == sorted(_XML_TAG.findall(blackened_original))

    def _font(self, at: int) -> str:
        tag = self._lists["fonts"].existing[at]
        return self.part[tag.starts : tag.ends].decode()


def _blackened(font: str) -> str:
    return re.sub(r"<color\b[^>]*/>", '<color rgb="FF000000"/>', font)


_XML_TAG = re.compile(r"<([^>]*?)\s*/?>")
_FONT_OF = re.compile(rb"\sfontId\s*=\s*[\"'](\d{1,6})[\"']")
_LISTS = {"fonts": "font", "fills": "fill", "borders": "border", "cellXfs": "xf"}


def _style_list(tags: list[XmlTag], name: str, entry_name: str) -> _StyleList:
    tag = next((entry for entry in tags if entry.name == name), None)
    if tag is None:
        raise CannotAnnotate("formats that we could not be sure of")
    return _StyleList(
        tag, [entry for entry in tags if entry.name == entry_name and tag.holds(entry)]
    )
