"""Load register: GIAS and hub lists, as downloaded, become the register of schools and providers.

Columns are those of GIAS's "all establishment data" (sources.md: identifiers); those not named here
are left alone.  Loading the same files again changes nothing; a new edition brings names up to
date.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.database import insert_all, upsert
from models.facts.counts import count_of
from models.places import Hub, Institution, InstitutionLink, Membership

# How the dates of these files are written: ours, GIAS's, and what Excel makes of either.
DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")

# What GIAS writes where there is nothing to say.
NOTHING = {"", "na", "n/a", "not applicable", "null"}

# A member whose first day is not given has always been one.
ALWAYS = date(1900, 1, 1)

# No school has a million pupils.
MOST_DIGITS = 6

# How many faults one message names before it only counts them.
NAMED = 20


class RegisterUnreadable(ValueError):
    """A register file cannot be loaded.  Says which file, what is missing, and on which lines."""


@dataclass(frozen=True, slots=True)
class LoadedRegister:
    """How many lines of each file are in the register now.

    `changes` says in words what became of the members: who joined, left, or has other days now.
    """

    institutions: int = 0
    members: int = 0
    links: int = 0
    changes: tuple[str, ...] = ()


def load_register(
    session: Session,
    institutions_csv: bytes | None = None,
    members_csv: bytes | None = None,
    links_csv: bytes | None = None,
) -> LoadedRegister:
    """The files as downloaded, in the caller's transaction: schools, hub members, changes of URN.

    Institutions need `URN` and `EstablishmentName`; members `urn` and `hub`, with `joined_on` and
    `left_on` where known; links `URN`, `LinkURN` and `LinkType`.  A file of members says all
    there is to say of the schools it names, and nothing of others.  It may come alone, once their
    institutions are there; then a time in a hub that was over before stays beside a new one.

    Raises RegisterUnreadable, with nothing to be kept of what was loaded.
    """
    institutions = 0 if institutions_csv is None else _load_institutions(session, institutions_csv)
    before = _members_now(session)
    is_whole = institutions_csv is not None
    members = 0 if members_csv is None else _load_members(session, members_csv, is_whole=is_whole)
    return LoadedRegister(
        institutions=institutions,
        members=members,
        links=0 if links_csv is None else _load_links(session, links_csv),
        changes=_changes_in_words(before, _members_now(session)),
    )


_Member = tuple[str, str]  # hub, urn
_Days = frozenset[tuple[date, date | None]]  # first and last day; no last one while it lasts


class _MemberSpell(NamedTuple):
    """A school's membership of a hub from one first day."""

    hub: str
    urn: str
    joined_on: date


class _SchoolLink(NamedTuple):
    """One line of GIAS's links between establishments."""

    urn: str
    linked_urn: str
    kind: str


def _members_now(session: Session) -> dict[_Member, _Days]:
    """Every school's spells of membership in every hub."""
    lines = session.execute(
        select(
            col(Hub.name), col(Membership.urn), col(Membership.joined_on), col(Membership.left_on)
        ).join(Hub, col(Hub.id) == col(Membership.hub_id))
    )
    days: defaultdict[_Member, set[tuple[date, date | None]]] = defaultdict(set)
    for hub, urn, joined_on, left_on in lines:
        days[hub, urn].add((joined_on, left_on))
    return {member: frozenset(spells) for member, spells in days.items()}


def _changes_in_words(
    before: Mapping[_Member, _Days], after: Mapping[_Member, _Days]
) -> tuple[str, ...]:
    """What became of how many schools: "1 school joined Downs Hub", one for each hub and kind."""
    kinds: Counter[tuple[str, str]] = Counter()
    for member, days in after.items():
        if days == before.get(member):
            continue
        was_open = any(left_on is None for _, left_on in before.get(member, ()))
        is_open = any(left_on is None for _, left_on in days)
        if is_open == was_open:
            kinds[member[0], "with other days in" if member in before else "joined and left"] += 1
        else:
            kinds[member[0], "joined" if is_open else "left"] += 1
    return tuple(
        f"{count_of(number, 'school')} {change} {hub}"
        for (hub, change), number in sorted(kinds.items())
    )


def _load_institutions(session: Session, content: bytes) -> int:
    lines = _RegisterLines("the register of institutions", content, ("URN", "EstablishmentName"))
    with_urn: dict[str, dict[str, Any]] = {}
    with_ukprn: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = _institution(line)
        if not row["name"]:
            lines.faults.append(f"line {line.number} has no EstablishmentName")
        elif row["urn"]:
            with_urn[row["urn"]] = row
        elif row["ukprn"]:
            with_ukprn[row["ukprn"]] = row
        else:
            lines.faults.append(f"line {line.number} has neither a URN nor a UKPRN of digits")
    lines.raise_faults()
    changing = [name for name in Institution.model_fields if name not in ("id", "urn")]
    upsert(session, Institution, list(with_urn.values()), key=("urn",), update=changing)
    _load_providers(session, with_ukprn)
    return len(with_urn) + len(with_ukprn)


def _institution(line: "_RegisterLine") -> dict[str, Any]:
    area, number = line.digits("LA (code)", 3), line.digits("EstablishmentNumber", 4)
    # GIAS has the same answers as a code and as words; a cut-down file may have either.
    sixth_form = line.text("OfficialSixthForm (name)") or line.text("OfficialSixthForm (code)")
    standing = line.text("EstablishmentStatus (name)") or line.text("EstablishmentStatus (code)")
    return {
        "urn": line.digits("URN", 6),
        "ukprn": line.digits("UKPRN", 8),
        "laestab": area + number if area and number else None,
        "name": line.text("EstablishmentName")[:300],
        "type_name": line.text("TypeOfEstablishment (name)")[:100],
        "further_education_type": line.text("FurtherEducationType (name)")[:100],
        "has_sixth_form": sixth_form.casefold() in ("has a sixth form", "1"),
        # "Open, but proposed to close" (3) is open; "Proposed to open" (4) is not yet.
        "is_open": not standing or standing.casefold().startswith(("open", "1", "3")),
        "pupils": line.number_of("NumberOfPupils"),
        "age_from": line.number_of("StatutoryLowAge"),
        "age_to": line.number_of("StatutoryHighAge"),
        "la_code": area or "",
        "la_name": line.text("LA (name)")[:100],
    }


def _load_providers(session: Session, rows: Mapping[str, dict[str, Any]]) -> None:
    """Providers without a URN, known by their UKPRN; most training providers are."""
    if not rows:
        return
    recorded = {
        institution.ukprn: institution
        for institution in session.execute(
            select(Institution).where(col(Institution.urn).is_(None))
        ).scalars()
    }
    insert_all(session, Institution, [row for ukprn, row in rows.items() if ukprn not in recorded])
    for ukprn in rows.keys() & recorded.keys():
        recorded[ukprn].sqlmodel_update(rows[ukprn])
    session.flush()


def _load_members(session: Session, content: bytes, *, is_whole: bool) -> int:
    lines = _RegisterLines("the list of hub members", content, ("urn", "hub"))
    members: dict[_MemberSpell, date | None] = {}
    register_urns = set(session.execute(select(col(Institution.urn))).scalars())
    for line in lines:
        urn, hub = line.digits("urn", 6), " ".join(line.text("hub").split())[:200]
        joined_on, left_on = line.day("joined_on") or ALWAYS, line.day("left_on")
        if urn is None or urn not in register_urns:
            typed = line.text("urn") or "(blank)"
            lines.faults.append(f"line {line.number}: URN {typed} is not in the register")
        elif not hub:
            lines.faults.append(f"line {line.number} names no hub")
        elif left_on and left_on < joined_on:
            lines.faults.append(f"line {line.number} has left_on before joined_on")
        else:
            members[_MemberSpell(hub, urn, joined_on)] = left_on
    lines.raise_faults()
    hubs = sorted({hub for hub, _, _ in members})
    upsert(session, Hub, [{"name": hub} for hub in hubs], key=("name",))
    ids = {hub.name: hub.id for hub in session.execute(select(Hub)).scalars()}
    rows = [
        {"hub_id": ids[hub], "urn": urn, "joined_on": joined_on, "left_on": left_on}
        for (hub, urn, joined_on), left_on in members.items()
    ]
    _forget_corrected(session, rows, is_whole=is_whole)
    key = ("hub_id", "urn", "joined_on")
    upsert(session, Membership, rows, key=key, update=("left_on",))
    return len(rows)


def _forget_corrected(
    session: Session, rows: Sequence[Mapping[str, Any]], *, is_whole: bool
) -> None:
    """Delete memberships that `rows` correct: a first day put right must not count a school twice.

    With `is_whole`, every membership of these schools that is not in `rows`; otherwise only those
    that overlap with one of them.
    """
    loaded = {(row["hub_id"], row["urn"], row["joined_on"]) for row in rows}
    spells: defaultdict[tuple[int, str], list[tuple[date, date]]] = defaultdict(list)
    for row in rows:
        last = row["left_on"] or date.max
        spells[row["hub_id"], row["urn"]].append((row["joined_on"], last))
    corrected_ids = [
        membership.id
        for membership in session.execute(select(Membership)).scalars()
        if (membership.hub_id, membership.urn, membership.joined_on) not in loaded
        and any(
            is_whole or (membership.joined_on <= last and first <= (membership.left_on or date.max))
            for first, last in spells.get((membership.hub_id, membership.urn), ())
        )
    ]
    if corrected_ids:
        session.execute(delete(Membership).where(col(Membership.id).in_(corrected_ids)))


def _load_links(session: Session, content: bytes) -> int:
    lines = _RegisterLines("the list of links", content, ("URN", "LinkURN", "LinkType"))
    links: dict[_SchoolLink, date | None] = {}
    for line in lines:
        urn, linked_urn = line.digits("URN", 6), line.digits("LinkURN", 6)
        kind = line.text("LinkType")[:60]
        if urn and linked_urn and kind:
            links[_SchoolLink(urn, linked_urn, kind)] = line.day("LinkEstablishedDate")
        else:
            lines.faults.append(f"line {line.number} has no URN, LinkURN or LinkType")
    lines.raise_faults()
    rows = [
        {"urn": urn, "linked_urn": linked_urn, "kind": kind, "linked_on": linked_on}
        for (urn, linked_urn, kind), linked_on in links.items()
    ]
    key = ("urn", "linked_urn", "kind")
    upsert(session, InstitutionLink, rows, key=key, update=("linked_on",))
    return len(rows)


class _RegisterLine:
    """One line of a register file, asked for by column name, capitals and spaces ignored."""

    def __init__(self, number: int, cells: Mapping[str, str], faults: list[str]) -> None:
        self.number = number
        self._cells = cells
        self._faults = faults

    def text(self, column: str) -> str:
        """The words of a cell, '' where it has none or there is no such column."""
        cell_text = self._cells.get(_normalise_heading(column), "").strip()
        return "" if cell_text.casefold() in NOTHING else cell_text

    def digits(self, column: str, length: int) -> str | None:
        """A number of that many digits, zeros that Excel dropped put back; None for all else."""
        cell_text = self.text(column).removesuffix(".0")
        is_number = cell_text.isascii() and cell_text.isdecimal() and len(cell_text) <= length
        # A URN or a UKPRN never begins with a zero, so a short one is not one at all.
        return (
            cell_text.zfill(length)
            if is_number and (length < 6 or len(cell_text) == length)
            else None
        )

    def number_of(self, column: str) -> int | None:
        """A count of at most six digits; None for all else."""
        cell_text = self.text(column).replace(",", "").removesuffix(".0")
        is_count = cell_text.isascii() and cell_text.isdecimal() and len(cell_text) <= MOST_DIGITS
        return int(cell_text) if is_count else None

    def day(self, column: str) -> date | None:
        """A date; None where the cell is blank."""
        cell_text = self.text(column)
        for date_format in DATES:
            try:
                return datetime.strptime(cell_text, date_format).date()
            except ValueError:
                continue
        if cell_text:
            self._faults.append(f"line {self.number} has a {column} that is not a date")
        return None


class _RegisterLines:
    """The lines of a register file, blank ones left out, and what was found wrong on the way."""

    def __init__(self, file_label: str, content: bytes, needed: Sequence[str]) -> None:
        """Raises RegisterUnreadable when a needed column is missing."""
        self.file_label = file_label
        self.faults: list[str] = []
        text = _decode(content, file_label)
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        self._lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        self._headings = [_normalise_heading(heading) for heading in next(self._lines, [])]
        missing = [column for column in needed if _normalise_heading(column) not in self._headings]
        if missing:
            message = f"{file_label} has no column called {' or '.join(missing)}"
            raise RegisterUnreadable(message)

    def __iter__(self) -> Iterator[_RegisterLine]:
        try:
            for cells in self._lines:
                if any(cell.strip() for cell in cells):
                    cells_by_heading = dict(zip(self._headings, cells, strict=False))
                    yield _RegisterLine(self._lines.line_num, cells_by_heading, self.faults)
        except csv.Error:
            message = f"{self.file_label} cannot be read as CSV near line {self._lines.line_num}"
            raise RegisterUnreadable(message) from None

    def raise_faults(self) -> None:
        """Raises RegisterUnreadable when anything was wrong, all of it at once."""
        if self.faults:
            faults = list(dict.fromkeys(self.faults))
            remainder = f", and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
            message = f"{self.file_label}: {'; '.join(faults[:NAMED])}{remainder}"
            raise RegisterUnreadable(message)


def _normalise_heading(heading: str) -> str:
    return "".join(heading.split()).casefold()


def _decode(content: bytes, file_label: str) -> str:
    """The text of a download: UTF-8 with or without a mark, UTF-16 with one, Windows letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        message = f"{file_label} is not a CSV file"
        raise RegisterUnreadable(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
