"""Hostile and odd files, each small enough to make in a moment, with what must come of it.

The codes are those of sources.md: spreadsheets.  Sizes are those that the guard decides on: a part
that is refused for its ratio at 900 MB is refused for it at 20 MB too.
"""

import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.builders.workbooks import (
    DECLARED,
    HEADINGS,
    LEAVERS,
    MAIN,
    OFFICE,
    PACKAGE,
    STRICT,
    STRICT_OFFICE,
    TABLE,
    XLSM,
    cell,
    forged,
    one_sheet,
    open_document,
    parts,
    row_xml,
    rows_xml,
    sheet,
    strings,
    styles,
    workbook,
    zipped,
)

SPREADSHEETS = Path(__file__).parent / "spreadsheets"
FAR = 1_048_576
READS = "reads"
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>"
)


@dataclass(frozen=True)
class Shape:
    """A file, its name, and what must come of it: READS, a refusal's reason or its code."""

    name: str
    make: object
    outcome: str | tuple[str, ...]
    remark: str = ""
    is_deadly: bool = False  # ends the process that opens it: only for a child


def shapes():
    """Every shape by its code."""
    return {**_sizes(), **_entities(), **_zips(), **_contents(), **_oddities()}


def _x(make, outcome=READS, **more):
    return Shape(more.pop("name", "leavers.xlsx"), make, outcome, **more)


def _with(inside="", **more):
    """A good sheet with more rows below its own."""
    return lambda: one_sheet(rows_xml(TABLE) + inside, **more)


def _round(before="", after=""):
    return lambda: workbook({"Leavers": sheet(before=before, after=after)})


def _far(place, row):
    return _with(f'<row r="{row}">{cell(place, "x")}</row>')


def _changed(**changes):
    """A good workbook with some parts replaced, by name with __ for / and _dot_ for a dot."""

    def make():
        held = parts(shared=strings(["x"]), style=styles(["0"]))
        for name, content in changes.items():
            held[name.replace("__", "/").replace("_dot_", ".")] = content
        return zipped(held)

    return make


def _in_sheet(head, inside=""):
    return lambda: workbook({"Leavers": sheet(head=head, inside=rows_xml(TABLE) + inside)})


def _sizes():
    wide = "".join(f'<row r="{n}">' + "<c><v>1</v></c>" * 16_384 + "</row>" for n in range(9, 29))
    big = "A" * 180
    merge = '<mergeCells><mergeCell ref="{}"/></mergeCells>'
    merges = "".join(f'<mergeCell ref="Z{n}:AA{n}"/>' for n in range(1, 6_001))
    formats = "<cfRule/>" * 20_000
    refs = " ".join(f"A{n}" for n in range(1, 50_000))
    return {
        "control": _x(workbook),
        "A01": _x(lambda: workbook(shared=strings([big] * 120_000)), "RATIO"),
        "A02": _x(lambda: workbook(shared=strings(["A" * 15_000_000])), "RATIO"),
        "A03": _x(_round('<dimension ref="A1:XFD1048576"/>')),
        "A04": _x(_far(f"XFD{FAR}", FAR), "TOO_MANY_ROWS"),
        "A05": _x(_far(f"A{FAR}", FAR), "TOO_MANY_ROWS"),
        "A05b": _x(_far(f"Y{FAR}", FAR), "TOO_MANY_ROWS"),
        "A05c": _x(_far("XFD200", 200), "TOO_MANY_COLS"),
        "A06": _x(
            _with(
                "".join(f'<row r="{n}" s="1" ht="20"/>' for n in range(9, 200_000)),
                style=styles(["0"]),
            )
        ),
        "A07": _x(
            _with(("<row>" + '<c s="1"/>' * 5 + "</row>") * 300_000),
            ("RATIO", "TOO_MANY_ELEMENTS", "PART_TOO_BIG"),
        ),
        "A08": _x(lambda: one_sheet(wide), "RATIO"),
        "A09": _x(_round(after=merge.format(f"A1:XFD{FAR}"))),
        "A10": _x(_round(after=f"<mergeCells>{merges}</mergeCells>"), "TOO_MANY_MERGES"),
        "A11": _x(_round(after=f'<hyperlinks><hyperlink ref="A1:XFD{FAR}"/></hyperlinks>')),
        "A12": _x(_round(after=f'<dataValidation sqref="A1:XFD{FAR}"/>')),
        "A13": _x(_round(after=f'<dataValidation sqref="{refs}"/>')),
        "A14": _x(_round(after=f"<conditionalFormatting>{formats}</conditionalFormatting>")),
        "A15": _x(
            lambda: workbook(
                style=styles(["0"]).replace('<xf numFmtId="0"/>', "<xf/>" * 1_000_000)
            ),
            "RATIO",
        ),
        "A16": _x(
            lambda: workbook(
                more_in_workbook="<definedNames>"
                + "".join(
                    f'<definedName name="n{n}">x!$A${n}</definedName>' for n in range(100_000)
                )
                + "</definedNames>"
            ),
            "PART_TOO_BIG",
        ),
        "A17": _x(lambda: workbook({f"s{n}": sheet() for n in range(600)}), "TOO_MANY_PARTS"),
        "A17b": _x(_sheets_of_one_part, "TOO_MANY_SHEETS"),
        "A18": _x(
            lambda: one_sheet("<row>" + "<c>" * 200_000 + "</c>" * 200_000 + "</row>"), "T06"
        ),
        "A19": _x(_round(f'<sheetPr x="{"y" * 20_000_000}"/>'), "RATIO"),
        "A20": _x(_with(f'<row r="9"><c r="A9"><v>{"9" * 5_000}</v></c></row>')),
        "A21": _x(_with(f'<row r="9"><c r="A9"><v>{"9" * 10_000_000}</v></c></row>'), "RATIO"),
        "A22": _x(
            _with(
                "".join(
                    f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/></c></row>'
                    for n in range(9, 10_100)
                )
            ),
            "TOO_MANY_ROWS",
        ),
        "A23": _x(
            lambda: workbook(
                extra={
                    "xl/comments1.xml": "<comments>"
                    + "".join(f'<comment ref="A{n}"/>' for n in range(200_000))
                    + "</comments>"
                }
            )
        ),
        "A24": _x(
            lambda: workbook(
                shared=f'<sst xmlns="{MAIN}"><si>{"<r><t>a</t></r>" * 1_000_000}</si></sst>'
            ),
            "RATIO",
        ),
        "A25": _x(_round('<cols><col min="1" max="16384" hidden="0"/></cols>')),
        "A25b": _x(_round('<cols><col min="1" max="999999999" hidden="1"/></cols>'), remark="T12"),
        "A26": _x(_far("A2000000000", 2_000_000_000), "TOO_MANY_ROWS"),
        "A27": _x(_far("ZZZZZZZ9", 9), "TOO_MANY_COLS"),
        "E01": _x(lambda: one_sheet(rows_xml([HEADINGS, *(LEAVERS * 3_400)])), "TOO_MANY_ROWS"),
        "E02": _x(
            lambda: zipped(
                parts(extra={"xl/media/image1.png": b"\x89PNG" + bytes(11_000_000)}),
                method=zipfile.ZIP_STORED,
            ),
            "TOO_BIG",
        ),
    }


def _sheets_of_one_part():
    held = parts()
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 2_001))
    held["xl/workbook.xml"] = (
        f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>"
    )
    return zipped(held)


def _entities():
    laughing = row_xml(9, ["x"]).replace("<t>x</t>", "<t>&c;</t>")
    book = parts()["xl/workbook.xml"]
    return {
        "B01": _x(
            _changed(xl__sharedStrings_dot_xml=f"{LAUGHS}<sst><si><t>&c;</t></si></sst>"), "DTD"
        ),
        "B02": _x(_in_sheet(DECLARED + LAUGHS, laughing), "DTD"),
        "B03": _x(
            _changed(
                xl__workbook_dot_xml=book.replace("<workbook", f"{LAUGHS}<workbook").replace(
                    'name="Leavers"', 'name="&c;"'
                )
            ),
            "DTD",
        ),
        "B04": _x(
            _changed(xl__styles_dot_xml=LAUGHS + styles(["&c;"]).removeprefix(DECLARED)), "DTD"
        ),
        "B05": _x(
            _in_sheet(
                f"<!DOCTYPE x [<!ENTITY a '{'y' * 100_000}'>]>",
                laughing.replace("&c;", "&a;" * 2_000),
            ),
            "DTD",
        ),
        "B06": _x(
            _in_sheet("<!DOCTYPE x [<!ENTITY c SYSTEM 'file:///etc/passwd'>]>", laughing), "DTD"
        ),
        "B07": _x(
            _changed(
                xl__workbook_dot_xml=book.replace(
                    "<workbook", "<!DOCTYPE x [<!ENTITY c SYSTEM 'file:///etc/passwd'>]><workbook"
                )
            ),
            "DTD",
        ),
        "B08": _x(
            _changed(
                xl__sharedStrings_dot_xml="<!DOCTYPE x [<!ENTITY c SYSTEM 'http://127.0.0.1/x'>]>"
                "<sst><si><t>&c;</t></si></sst>"
            ),
            "DTD",
        ),
        "B09": _x(_in_sheet("<!DOCTYPE x [<!ENTITY c 'x'>]>", laughing), "DTD"),
        "B10": _x(_in_sheet("<!DOCTYPE worksheet>"), "DTD"),
        "B11": _x(
            lambda: workbook(
                {"Leavers": sheet(head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")}
            ),
            "ENCODING",
        ),
        "B12": _x(_in_sheet("<!DOCTYPE x SYSTEM 'http://127.0.0.1/x.dtd'>"), "DTD"),
        "B13 latin-1 declared": _x(
            _in_sheet('<?xml version="1.0" encoding="ISO-8859-1"?>'), "ENCODING"
        ),
    }


def _twice(name):
    held = list(parts().items())
    return zipped([*held, (name, sheet((HEADINGS,)))])


def _zips():
    good = workbook()
    part = "xl/worksheets/sheet1.xml"
    long = rows_xml(TABLE) + " " * 9_000_000
    return {
        "C01": _x(lambda: _quietly(_twice, part), "DUPLICATE_PART"),
        "C02": _x(lambda: _twice("XL/Worksheets/Sheet1.xml"), "DUPLICATE_PART"),
        **{
            f"C03 {name}": _x(lambda name=name: workbook(extra={name: "x"}), "BAD_PART_NAME")
            for name in ("../../x.xml", "/etc/x.xml", "a\\..\\x.xml", "C:\\x.xml")
        },
        "C04": _x(
            lambda: forged(workbook({"Leavers": sheet(inside=long)}), part, size=1_000), "BAD_ZIP"
        ),
        "C04b": _x(
            lambda: forged(
                workbook(style=styles(["0"]) + " " * 9_000_000), "xl/styles.xml", size=1_000
            ),
            "BAD_ZIP",
        ),
        "C05": _x(lambda: zipped(parts(), method=zipfile.ZIP_BZIP2), "COMPRESSION"),
        "C06": _x(lambda: zipped(parts(), method=zipfile.ZIP_LZMA), "COMPRESSION"),
        "C07": _x(lambda: zipped(parts(), method=zipfile.ZIP_STORED)),
        "C08": _x(lambda: b"%PDF-1.4\n" + b" " * 1_000 + good, "NOT_XLSX"),
        "C09": _x(lambda: good + bytes(5_000)),
        "C10": _x(lambda: workbook({"x": sheet((HEADINGS,))}) + good, "BAD_ZIP"),
        "C11": _x(lambda: forged(good, part, flags=1), "ENCRYPTED"),
        "C12": _x(lambda: workbook(extra={f"x{n}": "" for n in range(2_000)}), "TOO_MANY_PARTS"),
        "C13": _x(_backslashes),
        "C14": _x(_shared_stream, ("OVERLAP", "RATIO")),
    }


def _quietly(make, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*arguments)


def _backslashes():
    held = parts()
    return zipped(
        {
            name.replace("/", "\\") if name.startswith("xl") else name: content
            for name, content in held.items()
        }
    )


def _shared_stream():
    """Entries of a directory that all name the one stream in the file."""
    content = zipped({**parts(), "xl/media/a.bin": bytes(range(256)) * 400})
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", content, end + 16)[0]
    at = content.rindex(b"PK\x01\x02")
    entry = content[at:end]
    name_at = 46 + len("xl/media/")
    copies = b"".join(
        entry[:name_at] + bytes([98 + number]) + entry[name_at + 1 :] for number in range(20)
    )
    count = struct.unpack_from("<H", content, end + 10)[0] + 20
    directory = content[start:end] + copies
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return content[:start] + directory + tail


def _contents():
    good = workbook()
    csv = "\r\n".join(",".join(row) for row in TABLE).encode()
    table = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in row) + "</tr>" for row in TABLE)
    html = f"<html><body><table>{table}</table></body></html>".encode()
    xml_2003 = (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    )
    word = parts(
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    )
    xls = (SPREADSHEETS / "leavers.xls").read_bytes()
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return {
        "D01": _x(lambda: b"", "EMPTY"),
        "D02": _x(lambda: good[: len(good) // 2], "TRUNCATED"),
        "D03": _x(lambda: good[:-100], "TRUNCATED"),
        "D04": _x(lambda: bytes((n * 97 + n // 7) % 251 for n in range(5_000)), "NOT_XLSX"),
        "D05": _x(_flipped, "BAD_ZIP"),
        "D06": _x(lambda: csv, remark="F30"),
        "D07": _x(lambda: html, "WEB_PAGE"),
        "D08": _x(lambda: html, "WEB_PAGE", name="leavers.xls"),
        "D08 UTF-16": _x(lambda: html.decode().encode("utf-16"), "WEB_PAGE", name="leavers.xls"),
        "D08 mht": _x(lambda: b"MIME-Version: 1.0\r\n\r\n" + html, "WEB_PAGE", name="leavers.xls"),
        "D09": _x(lambda: xml_2003, "OTHER_FORMAT", name="leavers.xls"),
        "D10": _x(lambda: zipped({"leavers.xlsx": good}), "ZIP"),
        "D11": _x(lambda: zipped(word), "NOT_XLSX"),
        "D12": _x(lambda: b"%PDF-1.7\n...", "NOT_XLSX"),
        "D12 picture": _x(lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "NOT_XLSX"),
        "D13": _x(lambda: xls, name="leavers.xls"),
        "D14": _x(lambda: xls, remark="F30"),
        "D15": _x(open_document, name="leavers.ods"),
        "D16": _x(open_document, remark="F30"),
        "D16 no mimetype": _x(lambda: open_document(mimetype=False), remark="F30"),
        "D16 password": _x(
            lambda: open_document(manifest="<manifest:encryption-data/>"), "PASSWORD"
        ),
        "D17": _x(lambda: compound + "EncryptedPackage".encode("utf-16-le"), "PASSWORD"),
        "D17 Word": _x(lambda: compound + "WordDocument".encode("utf-16-le"), "NOT_XLSX"),
        "D18": _x(lambda: _macros(), remark="F31", name="leavers.xlsm"),
        "D19": _x(lambda: _macros(), remark="F31"),
        "D20": _x(
            lambda: workbook(extra={"xl/externalLinks/externalLink1.xml": "<x/>"}), remark="F32"
        ),
        "D20 embedded": _x(lambda: workbook(extra={"xl/embeddings/a.docx": "x"}), remark="F33"),
        "bare BIFF": _x(lambda: b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(50), "VERY_OLD"),
        "OLE loop": _x(
            _looping,
            ("BAD_WORKBOOK", "CRASH", "MEMORY", "UNREADABLE", "TIMEOUT"),
            is_deadly=True,
        ),
        "gzip": _x(lambda: b"\x1f\x8b\x08" + bytes(99), "NOT_XLSX"),
        "empty zip": _x(lambda: zipped({}), "NOT_XLSX"),
    }


def _macros():
    return workbook(content_type=XLSM, extra={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})


def _flipped():
    content = bytearray(workbook({"Leavers": sheet(inside=rows_xml(TABLE * 50))}))
    at = content.index(b"xl/worksheets/sheet1.xml") + 200
    for place in range(at, at + 50):
        content[place] ^= 0x5A
    return bytes(content)


def _looping():
    """An OLE file whose chain of directory sectors never ends."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<LLLLLLLL", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<L", header, 76, 0)
    struct.pack_into("<108L", header, 80, *([0xFFFFFFFF] * 108))
    fat = bytearray(struct.pack("<128L", 0xFFFFFFFD, 1, *([0xFFFFFFFF] * 126)))
    directory = bytearray(512)
    name = "Workbook".encode("utf-16-le")
    directory[: len(name)] = name
    struct.pack_into("<H", directory, 64, len(name) + 2)
    struct.pack_into("<L", header, 76, 0)
    return bytes(header + fat + directory)


def _oddities():
    strict = workbook({"Leavers": sheet(namespace=STRICT)}, namespace=STRICT, office=STRICT_OFFICE)
    missing = parts({"Leavers": sheet(), "Year 13": sheet()})
    del missing["xl/worksheets/sheet2.xml"]
    unrelated = parts()
    unrelated["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}"/>'
    chart = parts()
    chart["xl/_rels/workbook.xml.rels"] = chart["xl/_rels/workbook.xml.rels"].replace(
        '/worksheet"', '/chartsheet"'
    )
    absolute = parts()
    absolute["xl/_rels/workbook.xml.rels"] = absolute["xl/_rels/workbook.xml.rels"].replace(
        'Target="worksheets', 'Target="/xl/worksheets'
    )
    bare = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{one}</t></is></c>' for one in row) + "</row>"
        for row in TABLE
    )
    jumbled = "".join(row_xml(number, row) for number, row in reversed(list(enumerate(TABLE, 1))))
    prefixed = (
        sheet()
        .replace("<worksheet xmlns=", "<x:worksheet xmlns:x=")
        .replace("</worksheet", "</x:worksheet")
    )
    for name in ("sheetData", "row", "c", "is", "t"):
        prefixed = prefixed.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        prefixed = prefixed.replace(f"</{name}>", f"</x:{name}>")
    double = rows_xml(TABLE) + row_xml(2, LEAVERS[0])
    strange = "../../x<b>&'\n=1+1"
    return {
        "D21": _x(lambda: workbook({}), "NO_SHEET"),
        "D22": _x(lambda: zipped(missing), "MISSING_SHEET"),
        "D22 unrelated": _x(lambda: zipped(unrelated), "MISSING_SHEET"),
        "D23": _x(lambda: workbook(style="<x/>")),
        "D24": _x(lambda: workbook(style=styles(["0"], extra="<fills><fill/></fills>"))),
        "D25": _x(
            lambda: one_sheet(rows_xml(TABLE).replace("<c ", '<c s="999" '), style=styles(["0"]))
        ),
        "D26": _x(_with("<row><c><v>\x0b</v></c></row>"), "BAD_XML"),
        "D27": _x(
            lambda: workbook({"Leavers": sheet().encode().replace(b"Okafor", b"Ok\xe1for")}),
            "BAD_XML",
        ),
        "D28": _x(lambda: one_sheet(bare)),
        "D29": _x(lambda: one_sheet(double), remark="F34"),
        "D30": _x(lambda: one_sheet(jumbled)),
        "D31": _x(_round('<dimension ref="A1"/>')),
        "D32": _x(lambda: workbook({"Leavers": prefixed})),
        "D33": _x(lambda: zipped(absolute)),
        "D34": _x(lambda: workbook({strange: sheet()})),
        "D35": _x(lambda: workbook(extra={"docProps/core.xml": "<created>yesterday</created>"})),
        "D36": _x(
            lambda: workbook(
                more_in_workbook='<definedNames><definedName name="_xlnm.Print_Area" '
                'localSheetId="5">#REF!</definedName></definedNames>'
            )
        ),
        "D37": _x(_round(after='<dataValidation type="nonsense" sqref="A1"/>')),
        "D38": _x(_round(after='<autoFilter ref="#REF!"><filterColumn colId="x"/></autoFilter>')),
        "D39": _x(_round('<sheetPr><tabColor rgb="tomato"/></sheetPr>')),
        "D40": _x(lambda: zipped(chart), "NO_SHEET"),
        "strict": _x(lambda: strict),
        "no such state": _x(lambda: workbook(states={"Leavers": "sleeping"})),
        "no shared strings": _x(_with('<row r="9"><c r="A9" t="s"><v>7</v></c></row>')),
        "UTF-16 custom part": _x(
            lambda: workbook(extra={"customXml/item1.xml": "<x/>".encode("utf-16")})
        ),
        "a missing drawing": _x(_round(after='<drawing r:id="rId9"/>')),
        "tail of empties": _x(
            _with(f'<row r="{FAR}" ht="20"/>' + '<row r="9"><c r="XEY9" s="0"/></row>')
        ),
        "a stray note far away": _x(
            lambda: workbook(
                extra={"xl/comments1.xml": f'<comments><comment ref="XFD{FAR}"/></comments>'}
            )
        ),
        "a whole column merged": _x(_round(after=f'<mergeCell ref="J1:J{FAR}"/>')),
    }
