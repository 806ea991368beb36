"""Publishing: counts and answers become documents where hub leads and schools look for them."""

import csv
import hashlib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import StringIO
from pathlib import PurePath

from sqlmodel import Session, col, select

from destinations.outcomes.outstanding_returns import OutstandingReturn, outstanding_returns
from destinations.outcomes.schools_sent import schools_sent
from destinations.outcomes.survivorship import LeaverOutcome
from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar, wave_dates
from destinations.reports.evidence_pack import SchoolEvidence, evidence_pack
from destinations.reports.hub_summary import hub_summary_workbook
from destinations.reports.summary_export import summary_rows
from destinations.responses.waivers import waived_rules_for_readers
from destinations.returns.receipts import build_receipt, receipt_workbook
from destinations.returns.understood import Understood
from models.destinations import Publication
from models.facts import submission_state
from models.facts.calendar import in_london
from models.facts.effective import is_effective
from models.facts.spreadsheet_cells import safe_in_csv
from models.handoffs.findings import Finding
from models.handoffs.store import Store
from models.handoffs.summaries import SummaryLine
from models.leavers import Cohort, Leaver, Wave
from models.places import Hub, Institution
from models.submissions import Arrival, Submission

log = logging.getLogger(__name__)

LONGEST_NAME = 100
# A disk takes 255 bytes for a name, and a letter of some alphabets is three or four.
MOST_BYTES = 180
UNSAFE = set('<>:"/\\|?*')
MARKED = "please fix"
# What we named a marked workbook, and what a browser adds to a name that it has already.
_MARKED_NAME = re.compile(rf"\A(?:\d{{4}}-\d\d-\d\d )*(.*?)(?: - {MARKED}(?: ?\(\d+\))?)+\Z")


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """One file to be put where its readers look, and whom it is for."""

    key: str
    content: bytes
    what: str  # summary, evidence pack, receipt, marked workbook, quality page
    urn: str | None = None
    hub: str | None = None
    edition: str = ""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """How many documents were written, and how many were there already, the same to the byte."""

    written: int = 0
    unchanged: int = 0


def publish_documents(
    session: Session,
    store: Store,
    documents: Iterable[PublishedDocument],
    *,
    published_at: datetime,
) -> PublishResult:
    """Write the documents that are new or have changed, and note each in the record.

    Running it twice adds nothing.  A document is written before it is noted: a run that is killed
    in between writes the same bytes again.
    """
    written = unchanged = 0
    for document in documents:
        if _is_published(session, store, document):
            unchanged += 1
            continue
        store.put(document.key, document.content)
        _record_publication(session, document, published_at)
        written += 1
    log.info("published %d documents, %d had not changed", written, unchanged)
    return PublishResult(written, unchanged)


def hub_and_school_documents(
    session: Session,
    lines: Sequence[SummaryLine],
    edition: date,
    *,
    answers: Callable[[str], Iterable[LeaverOutcome]],
    awaited: Sequence[OutstandingReturn] | None = None,
    rules: Mapping[str, str] | None = None,
    calendar: WaveCalendar = WAVE_CALENDAR,
) -> Iterator[PublishedDocument]:
    """Each hub's summary (workbook and csv), then each school's evidence pack, made as asked for.

    `lines` are of every hub, as summarised; `answers` gives those of one school, by URN; `rules`
    what each rule says, by its code; `awaited` what has not come, of a hub or of nobody we know:
    without it what the record alone can say.  The same record and the same edition give the same
    bytes.
    """
    if awaited is None:
        awaited = outstanding_returns(session, today=edition, calendar=calendar)
    sent = schools_sent(session, lines, day=edition)
    for hub, slug in hub_folders(session).items():
        of_hub = [line for line in lines if line.hub == hub]
        folder = f"hubs/{slug}/{edition.isoformat()}"
        book = hub_summary_workbook(
            of_hub,
            hub=hub,
            edition=edition,
            awaited=[due for due in awaited if due.hub in (hub, "")],
            sent=sent,
        )
        for name, content in (("summary.xlsx", book), ("summary.csv", _summary_csv(of_hub))):
            yield PublishedDocument(
                f"{folder}/{name}", content, "summary", hub=hub, edition=edition.isoformat()
            )
    for urn, of_school in _lines_by_school(lines).items():
        school = _school_evidence(session, of_school, edition, tuple(answers(urn)), rules or {})
        name = f"evidence {safe_name(school.name)} {edition.isoformat()}.xlsx"
        yield PublishedDocument(
            f"returns/{urn}/{name}",
            evidence_pack(school),
            "evidence pack",
            urn=urn,
            edition=edition.isoformat(),
        )


def receipt_document(
    session: Session,
    submission: Submission,
    findings: Sequence[Finding],
    *,
    fields: Mapping[str, str] | None = None,
    read_as: Understood | None = None,
    ask: str = "",
) -> PublishedDocument:
    """The receipt of one submission; `fields` gives our field for a rule's code.

    `read_as` is what its rows were taken to say, `ask` whom its sender may ask.

    Findings hold cells as typed, for their sender only; of a refused file, the one that says why.
    """
    name = session.scalar(select(Institution.name).where(col(Institution.urn) == submission.urn))
    since = session.get(Submission, submission.follows_id) if submission.follows_id else None
    receipt = build_receipt(
        submission,
        findings,
        school=name or submission.urn,
        fields=fields,
        since=since,
        understood=read_as,
        ask=ask,
        due_on=_due_on(session, submission),
    )
    stem = _receipt_stem(session, submission)
    return PublishedDocument(
        f"returns/{submission.urn}/{stem} receipt.xlsx",
        receipt_workbook(receipt),
        "receipt",
        urn=submission.urn,
        edition=submission.sent_on.isoformat(),
    )


def _due_on(session: Session, submission: Submission) -> date | None:
    """The day by which what a submission is about should be there; None once it is past."""
    if submission.academic_year is None or not submission.wave:
        return None
    due_on = wave_dates(submission.academic_year, submission.wave).due_on
    stored = session.scalar(
        select(col(Wave.due_on))
        .join(Cohort, col(Cohort.id) == col(Wave.cohort_id))
        .where(
            col(Cohort.urn) == submission.urn,
            col(Cohort.academic_year) == submission.academic_year,
            col(Cohort.leaving_stage) == submission.leaving_stage,
            col(Wave.number) == submission.wave,
        )
    )
    due_on = stored or due_on
    return due_on if due_on >= submission.sent_on else None


def sent_again_document(
    session: Session, submission: Submission, arrival: Arrival, findings: Sequence[Finding]
) -> PublishedDocument:
    """The receipt for bytes that had been sent before: when that was, and how their rows stand.

    `submission` is the earlier one, `arrival` this sending of it.
    """
    name = session.scalar(select(Institution.name).where(col(Institution.urn) == submission.urn))
    receipt = replace(
        build_receipt(submission, findings, school=name or submission.urn),
        file=arrival.name,
        received_at=arrival.arrived_at,
    )
    day = in_london(arrival.arrived_at).date()
    stem = safe_name(PurePath(arrival.name).stem)
    return PublishedDocument(
        f"returns/{submission.urn}/{day.isoformat()} {stem} sent before receipt.xlsx",
        receipt_workbook(receipt),
        "receipt",
        urn=submission.urn,
        edition=day.isoformat(),
    )


def marked_document(session: Session, submission: Submission, content: bytes) -> PublishedDocument:
    """The annotated workbook (`content`, xlsx) as it goes back to its sender."""
    stem = _receipt_stem(session, submission)
    return PublishedDocument(
        f"returns/{submission.urn}/{stem} - {MARKED}.xlsx",
        content,
        "marked workbook",
        urn=submission.urn,
        edition=submission.sent_on.isoformat(),
    )


def safe_name(words: str) -> str:
    """The words made safe as part of a file's name on any disk and in any browser; never empty."""
    spelled = unicodedata.normalize("NFC", words)
    safe = "".join(
        "-" if letter in UNSAFE or not letter.isprintable() else letter for letter in spelled
    )
    short = " ".join(safe.split())[:LONGEST_NAME].encode("utf-8", "replace")[:MOST_BYTES]
    return short.decode("utf-8", "ignore").strip(" .-") or "file"


def folder_slug(words: str) -> str:
    """The words in small letters and hyphens: "seven-sisters-careers-hub"; never empty."""
    plain = unicodedata.normalize("NFKD", words).casefold()
    letters = (
        letter for letter in plain if letter not in "'’" and not unicodedata.combining(letter)
    )
    spaced = "".join(letter if letter.isalnum() else " " for letter in letters)
    return "-".join(spaced.split())[:LONGEST_NAME].strip("-") or "hub"


def hub_folders(session: Session) -> dict[str, str]:
    """The folder of each hub (its slug, unique), by its name."""
    # In the order the hubs were made, so that a later hub of the same name never takes a folder.
    slugs: dict[str, str] = {}
    for name in session.scalars(select(Hub.name).order_by(col(Hub.id))):
        base = slug = folder_slug(name)
        number = 1
        while slug in slugs.values():
            number += 1
            slug = f"{base}-{number}"
        slugs[name] = slug
    return dict(sorted(slugs.items()))


def _lines_by_school(lines: Iterable[SummaryLine]) -> dict[str, list[SummaryLine]]:
    # A school in two hubs has the same lines in both.
    lines_by_school: dict[str, list[SummaryLine]] = {}
    for line in lines:
        if line.urn:
            of_school = lines_by_school.setdefault(line.urn, [])
            if not of_school or of_school[0].hub == line.hub:
                of_school.append(line)
    return dict(sorted(lines_by_school.items()))


def _school_evidence(
    session: Session,
    lines: Sequence[SummaryLine],
    edition: date,
    answers: tuple[LeaverOutcome, ...],
    rules: Mapping[str, str],
) -> SchoolEvidence:
    urn = lines[0].urn
    leavers = session.scalars(
        select(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(col(Cohort.urn) == urn, is_effective(col(Leaver.submission_id)))
        .order_by(col(Leaver.id))
    ).all()
    cited = {outcome.submission_id for outcome in answers if outcome.submission_id}
    files = {
        file.id or 0: file
        for file in session.scalars(
            select(Submission).where(
                (col(Submission.urn) == urn) | col(Submission.id).in_(sorted(cited)),
                submission_state.is_standing(),
            )
        )
    }
    senders = session.execute(
        select(Institution.urn, Institution.name).where(
            col(Institution.urn).in_({file.urn for file in files.values()})
        )
    ).all()
    return SchoolEvidence(
        urn=urn,
        name=lines[0].school,
        edition=edition,
        lines=lines,
        answers=answers,
        leavers=leavers,
        files=files,
        senders={number: name for number, name in senders if number},
        aside=[
            (rules.get(waived_rule.code, waived_rule.code), waived_rule)
            for waived_rule in waived_rules_for_readers(session, urn, edition)
        ],
    )


def _summary_csv(lines: Sequence[SummaryLine]) -> bytes:
    columns, rows = summary_rows(lines)
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_in_csv(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def _receipt_stem(session: Session, submission: Submission) -> str:
    """The day it was sent and its name; numbered where that day brought the same name before."""
    stem = _own_stem(submission.name)
    earlier = session.scalars(
        select(Submission.name).where(
            col(Submission.urn) == submission.urn,
            col(Submission.sent_on) == submission.sent_on,
            col(Submission.id) < submission.id,
        )
    )
    same = sum(_own_stem(name).casefold() == stem.casefold() for name in earlier)
    number = f" ({same + 1})" if same else ""
    return f"{submission.sent_on.isoformat()} {stem}{number}"


def _own_stem(name: str) -> str:
    """A file's name as its sender first gave it, whatever we wrote round it when we marked it."""
    stem = safe_name(PurePath(name).stem)
    return _MARKED_NAME.sub(r"\1", stem) or stem


def _is_published(session: Session, store: Store, document: PublishedDocument) -> bool:
    last_sha256 = session.scalar(
        select(Publication.sha256)
        .where(col(Publication.key) == document.key)
        .order_by(col(Publication.published_at).desc(), col(Publication.id).desc())
        .limit(1)
    )
    return last_sha256 == _sha256(document) and store.has(document.key)


def _record_publication(
    session: Session, document: PublishedDocument, published_at: datetime
) -> None:
    # What was published once, replaced, and is published again keeps its line, with a new moment.
    publication = session.scalar(
        select(Publication).where(
            col(Publication.key) == document.key, col(Publication.sha256) == _sha256(document)
        )
    ) or Publication(
        key=document.key,
        sha256=_sha256(document),
        what=document.what,
        urn=document.urn,
        hub=document.hub,
        edition=document.edition,
    )
    publication.published_at = published_at
    session.add(publication)
    session.flush()


def _sha256(document: PublishedDocument) -> str:
    return hashlib.sha256(document.content).hexdigest()
