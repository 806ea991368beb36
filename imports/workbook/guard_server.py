"""Guard server: each file is opened in a forked child with limits, and its outcome sent back."""

import gc
import marshal
import os
import resource
import select
import signal
import sys
from io import BytesIO, RawIOBase
from time import monotonic
from typing import NoReturn
from zipfile import ZIP_DEFLATED, ZipFile

from imports.workbook.guard import ANSWER, OPENED, OVER, REFUSED, REQUEST
from imports.workbook.limits import READ_LIMITS, ReadLimits
from imports.workbook.openers import open_file
from imports.workbook.raw_cells import pack
from models.handoffs.findings import SubmissionRefused

_PIECE = 1 << 20
# A child that has run out of something can still say so by the way it ends.
_OUT_OF_MEMORY, _UNREADABLE = 71, 72
# calamine aborts where it gets no memory: a value in the last cell of an xls is enough for it.
_SIGNALS: dict[int, bytes] = {signal.SIGXCPU: b"TIMEOUT", signal.SIGABRT: b"MEMORY"}
_ENDS = {_OUT_OF_MEMORY: b"MEMORY", _UNREADABLE: b"UNREADABLE"}


def main() -> None:
    """Serve until our parent closes the pipe."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _warm_up()
    gc.collect()
    gc.freeze()  # children share these pages as long as nobody touches them
    while True:
        header = requests.read(REQUEST.size)
        if len(header) < REQUEST.size:
            return
        (length,) = REQUEST.unpack(header)
        content, numbers = marshal.loads(requests.read(length))
        outcome, answer = open_in_child(content, ReadLimits(*numbers), parent=sys.stdin.fileno())
        answers.write(ANSWER.pack(outcome, len(answer)) + answer)
        answers.flush()


def _warm_up() -> None:
    """Open a workbook of our own, so that children begin with code that has run before."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    related = '<Relationships><Relationship Id="r1" Type="{}/{}" Target="{}"/></Relationships>'
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" s="0"><v>1</v></c><c r="B{row}" t="str"><v>x</v></c></row>'
        for row in range(1, 100)
    )
    workbook = BytesIO()
    with ZipFile(workbook, "w", ZIP_DEFLATED) as package:
        for name, part in (
            (
                "[Content_Types].xml",
                f'<Types><Override PartName="/book.xml" ContentType="{main}"/></Types>',
            ),
            ("_rels/.rels", related.format(kinds, "officeDocument", "book.xml")),
            (
                "book.xml",
                f'<workbook xmlns:r="{kinds}"><sheets><sheet r:id="r1"/></sheets></workbook>',
            ),
            ("_rels/book.xml.rels", related.format(kinds, "worksheet", "sheet.xml")),
            ("sheet.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ):
            package.writestr(name, part)
    pack(open_file(workbook.getvalue(), READ_LIMITS))


def open_in_child(
    content: bytes, limits: ReadLimits, *, parent: int | None = None
) -> tuple[bytes, bytes]:
    """The outcome (OPENED, REFUSED, OVER) and its bytes: the packed file, the refusal, the reason.

    `parent` is a file descriptor that can be read from once our parent is gone; then our whole
    process group ends.
    """
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        _run_child(content, limits, writes)
    os.close(writes)
    try:
        answer, trouble = _collect_response(reads, limits, parent)
    finally:
        os.close(reads)
    if trouble:
        os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if trouble:
        return OVER, trouble
    if os.WIFSIGNALED(ended):
        return OVER, _SIGNALS.get(os.WTERMSIG(ended), b"CRASH")
    if os.WEXITSTATUS(ended) or not answer:
        return OVER, _ENDS.get(os.WEXITSTATUS(ended), b"CRASH")
    return bytes(answer[:1]), bytes(answer[1:])


def _collect_response(
    reads: int, limits: ReadLimits, parent: int | None
) -> tuple[bytearray, bytes]:
    """What the child writes, and why we stopped listening where we did."""
    until = monotonic() + limits.wall
    answer = bytearray()
    watched = [reads] if parent is None else [reads, parent]
    while True:
        ready, _, _ = select.select(watched, [], [], max(0.0, until - monotonic()))
        if not ready:
            return answer, b"TIMEOUT"
        if parent in ready:  # it asks for one file at a time, so this is no request
            os.killpg(0, signal.SIGKILL)
        piece = os.read(reads, _PIECE)
        if not piece:
            return answer, b""
        answer += piece
        if len(answer) > limits.result:
            return answer, b"MEMORY"


def _run_child(content: bytes, limits: ReadLimits, writes: int) -> NoReturn:
    """Open the file and end; nothing of the server runs in here."""
    try:
        gc.disable()  # short-lived, and its memory has a limit
        _apply_limits(limits)
        with os.fdopen(writes, "wb", buffering=0) as pipe:
            _write_all(pipe, _open_and_pack(content, limits))
        os._exit(0)
    except BaseException as fault:  # a panic in calamine is not an Exception
        os._exit(_OUT_OF_MEMORY if _is_about_memory(fault) else _UNREADABLE)


def _open_and_pack(content: bytes, limits: ReadLimits) -> bytes:
    try:
        return OPENED + pack(open_file(content, limits))
    except SubmissionRefused as refusal:
        return REFUSED + marshal.dumps((refusal.code, refusal.facts))


def _write_all(pipe: RawIOBase, answer: bytes) -> None:
    left = memoryview(answer)
    while left:
        left = left[pipe.write(left) :]


def _is_about_memory(fault: BaseException | None) -> bool:
    # Where memory runs out, what is raised last is often something else.
    while fault is not None:
        if isinstance(fault, MemoryError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _apply_limits(limits: ReadLimits) -> None:
    # The hard limit comes a second later: at the soft one the signal says that it was the CPU.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    for limit_kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit_kind, (most, most))


if __name__ == "__main__":
    main()
