"""Preflight: what a file is by its content, and whether it may be opened at all."""

import re
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from imports.workbook.compound_file import MAGIC as COMPOUND
from imports.workbook.compound_file import CompoundFile
from imports.workbook.formats.xml_parts import find_elements, local_name, parse_xml
from imports.workbook.limits import ReadLimits, refuse, refuse_too_big
from imports.workbook.unsupported_programs import identify_program, is_lock_file
from imports.workbook.zip_package import ZipPackage, open_package

ZIP = b"PK\x03\x04"
_BARE_BIFF = tuple(bytes((9, version)) for version in (0, 2, 4, 8))

# Files that are something else altogether, by how they begin.
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"PK\x05\x06", "an empty zip folder"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"{\\rtf", "a word-processing document"),
    (b"SQLite format 3\0", "a database"),
    (b"\0\x01\0\0Standard", "an Access database"),
)
_INSIDE_COMPOUND = (
    ("worddocument", "a Word document"),
    ("powerpoint document", "a PowerPoint presentation"),
    ("visiodocument", "a drawing"),
    ("quill", "a Publisher document"),
    ("__substg1.0_", "an email"),
    ("__properties_version1.0", "an email"),
)
_DOCUMENTS = (
    ("wordprocessingml", "a Word document"),
    ("ms-word", "a Word document"),
    ("presentationml", "a PowerPoint presentation"),
    ("ms-powerpoint", "a PowerPoint presentation"),
    ("visio", "a drawing"),
)
_XML_WORKBOOKS = (
    ("urn:schemas-microsoft-com:office:spreadsheet", "the XML format of Excel 2003"),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        "the XML format of LibreOffice that is a single file (.fods)",
    ),
    ("http://www.gnumeric.org/", "the format of Gnumeric"),
)
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26))
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_MARKUP = re.compile(
    r"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|title)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that may be read: what it is, and its package where it is one.

    `main` is the name of the workbook part of an xlsx.
    """

    file_format: str  # "xlsx", "xlsm", "xlsb", "xls", "ods", "csv"
    package: ZipPackage | None = None
    main: str = ""


def inspect_file(content: bytes, limits: ReadLimits) -> InspectedFile:
    """What the bytes are, by their content and never by a name.  Raises SubmissionRefused."""
    if not content:
        raise refuse("EMPTY")
    if len(content) > limits.file_size:
        raise refuse_too_big(len(content), limits)
    if content.startswith(ZIP):
        return _inspect_zip(open_package(content, limits), limits)
    if content.startswith(COMPOUND):
        return _inspect_compound(content)
    if content.startswith(_BARE_BIFF) and content[2:4] in (
        b"\x04\0",
        b"\x06\0",
        b"\x08\0",
        b"\x10\0",
    ):
        raise refuse("VERY_OLD")
    if is_lock_file(content):
        raise refuse("LOCK_FILE")
    maker = identify_program(content)
    if maker:
        raise refuse("OTHER_FORMAT", what=maker)
    for magic, description in _OTHERS:
        if content.startswith(magic) and not (magic == b"BM" and _is_text(content)):
            raise refuse("NOT_XLSX", what=description)
    return _inspect_text(content)


def _inspect_text(content: bytes) -> InspectedFile:
    if not _is_text(content):
        raise refuse("NOT_XLSX", what="a kind of file that we do not know")
    opening = _decode_opening(content)
    if opening.lower().startswith("mime-version:"):
        raise refuse("WEB_PAGE")
    if opening.startswith("<"):
        for word, description in _XML_WORKBOOKS:
            if word in opening:
                raise refuse("OTHER_FORMAT", what=description)
        if _MARKUP.match(re.sub(r"\A<\?xml.*?\?>", "", opening, flags=re.DOTALL)):
            raise refuse("WEB_PAGE")
        if "<ctfile" in opening.lower():
            raise refuse("CTF")
        if opening.startswith("<?xml"):
            raise refuse("NOT_XLSX", what="an XML file")
    if opening.startswith("{") and "docs.google.com" in opening:
        raise refuse("LINK")
    return InspectedFile("csv")


def _is_text(content: bytes) -> bool:
    """Whether bytes are text in some alphabet: hardly any control characters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = content[:65_536]
    nulls = sample.count(0)
    if nulls:
        # UTF-16 without its mark: every other byte of English is a NUL, and hardly any between.
        fewer, more = sorted((sample[0::2].count(0), sample[1::2].count(0)))
        return more * 4 > len(sample) > fewer * 100
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls * 200 <= len(sample)


def _decode_opening(content: bytes) -> str:
    sample = content[:8_000]
    if b"\0" in sample:
        return sample.replace(b"\0", b"").lstrip(b"\xff\xfe").decode("latin-1").lstrip()
    return sample.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip()


def _inspect_compound(content: bytes) -> InspectedFile:
    compound = CompoundFile(content)
    root = compound.root_entries()
    names = set(root) or compound.names()  # of a damaged one, wherever they lie
    if not names.isdisjoint(("encryptedpackage", "encryptioninfo")):
        raise refuse("PASSWORD")
    book = root.get("workbook") or root.get("book")
    if book:
        if compound.is_locked(book):
            raise refuse("PASSWORD")
        return InspectedFile("xls")
    for name, description in _INSIDE_COMPOUND:
        if any(entry_name.startswith(name) for entry_name in names):
            raise refuse("NOT_XLSX", what=description)
    if not names.isdisjoint(("workbook", "book")):
        return InspectedFile("xls")  # its reader will say what is wrong
    raise refuse("NOT_XLSX", what="an Office file that is not a workbook")


def _inspect_zip(package: ZipPackage, limits: ReadLimits) -> InspectedFile:
    if "mimetype" in package.entries:
        return _inspect_open_document(package, limits)
    types = package.part("[Content_Types].xml", limits.other_part)
    relations = package.part("_rels/.rels", limits.other_part)
    if types is None or relations is None:
        if package.has("content.xml") and package.has("meta-inf/manifest.xml"):
            return _inspect_open_document(package, limits)
        is_numbers = package.has(".iwa") or package.has("buildversionhistory.plist")
        raise refuse("NUMBERS" if is_numbers else "ZIP")
    main = next(
        (
            target
            for kind, target in relationship_targets(relations, "").values()
            if kind == "officeDocument"
        ),
        "",
    )
    content_type = _content_type(types, main)
    for word, description in _DOCUMENTS:
        if word in content_type:
            raise refuse("NOT_XLSX", what=description)
    if "sheet.binary" in content_type:
        package.verify_remaining_parts()
        return InspectedFile("xlsb", package)
    if package.has("visio/document.xml"):
        raise refuse("NOT_XLSX", what="a drawing")
    if not main or "main+xml" not in content_type or main.casefold() not in package.entries:
        raise refuse("ZIP")
    is_macro = "macroenabled" in content_type or package.has("vbaproject.bin")
    return InspectedFile("xlsm" if is_macro else "xlsx", package, main)


def _content_type(types: bytes, main: str) -> str:
    """The declared type of a part, in lower case; '' where none is."""
    extension = main.rpartition(".")[2].casefold()
    by_extension = ""
    for name, attributes in find_elements(types, "Override", "Default"):
        declared = attributes.get("ContentType", "").casefold()
        if name == "Override":
            if attributes.get("PartName", "").lstrip("/").casefold() == main.casefold():
                return declared
        elif attributes.get("Extension", "").casefold() == extension:
            by_extension = declared
    return by_extension


def _inspect_open_document(package: ZipPackage, limits: ReadLimits) -> InspectedFile:
    manifest = package.part("META-INF/manifest.xml", limits.other_part)
    sheets = package.part("content.xml", limits.sheet_part)
    declared_kind = _open_document_kind(package, manifest, sheets or b"", limits)
    if declared_kind.startswith("application/vnd.sun.xml.calc"):
        raise refuse("OTHER_FORMAT", what="the format of StarOffice and OpenOffice 1 (.sxc)")
    if not declared_kind.startswith(f"{_OPEN_DOCUMENT}spreadsheet"):
        raise refuse("NOT_XLSX", what="a document that is not a spreadsheet")
    if manifest is not None and find_elements(manifest, "encryption-data"):
        raise refuse("PASSWORD")
    if sheets is None:
        raise refuse("NO_SHEET")
    parse_xml(sheets)
    package.verify_remaining_parts()
    return InspectedFile("ods", package)


def _open_document_kind(
    package: ZipPackage, manifest: bytes | None, sheets: bytes, limits: ReadLimits
) -> str:
    """What an OpenDocument file says that it is; some programs leave out the part for it."""
    mimetype = package.part("mimetype", limits.other_part)
    if mimetype is not None:
        return mimetype.decode("latin-1").strip()
    # StarOffice begins its manifest with a document type; it is known without being opened.
    old = re.search(rb"application/vnd\.sun\.xml\.[a-z]+", manifest or b"")
    if old:
        return old[0].decode("ascii")
    for _, attributes in find_elements(manifest or b"<none/>", "file-entry"):
        by_name = {local_name(name): value for name, value in attributes.items()}
        if by_name.get("full-path") == "/":
            return by_name.get("media-type", "")
    return f"{_OPEN_DOCUMENT}spreadsheet" if b"<office:spreadsheet" in sheets else ""


def relationship_targets(relations: bytes, source: str) -> dict[str, tuple[str, str]]:
    """What a part points to, by id: (kind, name of the part in the package).

    `source` is the name of the part whose relations these are.  Links out of the file are left
    out.  The kind is the last word of the relation's type, the same in Strict workbooks.
    """
    targets = {}
    for _, attributes in find_elements(relations, "Relationship"):
        by_name = {local_name(name): value for name, value in attributes.items()}
        if by_name.get("TargetMode") == "External":
            continue
        target = by_name.get("Target", "").replace("\\", "/")
        path = target if target.startswith("/") else join("/", dirname(source), target)
        kind = by_name.get("Type", "").rpartition("/")[2]
        targets[by_name.get("Id", "")] = (kind, normpath(path).lstrip("/"))
    return targets
