"""Ods repair: an ods that calamine refuses becomes one that it can read."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from imports.workbook.limits import ReadLimits
from imports.workbook.zip_package import ZipPackage

_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    b'<manifest:file-entry manifest:full-path="/" manifest:media-type="' + _KIND + b'"/>'
    b"</manifest:manifest>"
)
# Text stands in paragraphs only: a gap behind one, or behind a tag of a table, says nothing.
_GAP = re.compile(rb"(</?(?:table|office):[^<]*>|</text:p>)\s+(?=<)")


def simplify_ods(package: ZipPackage, limits: ReadLimits) -> bytes:
    """An ods with the cells of a package and nothing else, without gaps between its tags.

    calamine refuses a line break between two cells, and a document whose kind is said in its
    manifest only; LibreOffice and others write both.
    """
    sheets = package.part("content.xml", limits.sheet_part) or b""
    simplified = BytesIO()
    with ZipFile(simplified, "w") as plain:
        plain.writestr("mimetype", _KIND, ZIP_STORED)
        plain.writestr("META-INF/manifest.xml", _MANIFEST, ZIP_DEFLATED, 1)
        plain.writestr("content.xml", _GAP.sub(rb"\1", sheets), ZIP_DEFLATED, 1)
    return simplified.getvalue()
