"""A record built row by row, straight into the tables, as recording would have left it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, select

from models.database import insert_all, insert_returning
from models.destinations import Destination
from models.leavers import Cohort, Leaver, Person
from models.places import Hub, Institution, Membership
from models.submissions import Submission
from models.vocabulary import EvidenceStrength

AUTUMN = datetime(2023, 11, 10, 9, tzinfo=UTC)


@dataclass
class Record:
    """Rows put straight into the tables, as recording would have put them."""

    session: Session
    moment: datetime = AUTUMN
    rows: int = 0
    sent: dict[str, int] = field(default_factory=dict)

    def school(self, urn: str, hub: str | None = "Downs", **membership: Any) -> str:
        insert_all(self.session, Institution, [{"urn": urn, "name": f"School {urn}"} | PLACE])
        if hub:
            self.member(urn, hub, **membership)
        return urn

    def member(self, urn: str, hub: str, **dates: Any) -> None:
        there = {each.name: each.id for each in self.session.exec(select(Hub))}
        hub_id = there.get(hub) or insert_returning(self.session, Hub, [{"name": hub}])[0]
        row = {"hub_id": hub_id, "urn": urn, "joined_on": date(2020, 9, 1), "left_on": None}
        insert_all(self.session, Membership, [row | dates])

    def cohort(self, urn: str, year: int = 2022, stage: str = "Y11") -> int:
        row = {"urn": urn, "leaving_stage": stage, "academic_year": year}
        return insert_returning(self.session, Cohort, [row])[0]

    def submission(self, urn: str, **values: Any) -> int:
        self.rows += 1
        row = {
            "urn": urn,
            "name": "leavers.xlsx",
            "sha256": f"{self.rows:064d}",
            "size": 1,
            "stored_as": "somewhere",
            "sent_on": self.moment.date(),
            "received_at": self.moment,
            "stage_at": self.moment,
            "stage": "recorded",
            "recorded_at": self.moment,
            "needs_processing_since": None,
            "refused_facts": {},
            "file_format": "xlsx",
            "regions": [],
            "rows_read": 0,
            "rows_sound": 0,
            "rows_waiting": 0,
            "rows_unsure": 0,
        }
        return insert_returning(self.session, Submission, [row | values])[0]

    def from_(self, urn: str) -> int:
        if urn not in self.sent:
            self.sent[urn] = self.submission(urn)
        return self.sent[urn]

    def leaver(self, cohort: int, urn: str, **values: Any) -> int:
        person = insert_returning(self.session, Person, [{"made_at": self.moment}])[0]
        self.rows += 1
        row = {
            "person_id": person,
            "cohort_id": cohort,
            "forename": "Ash",
            "surname": "Bryn",
            "submission_id": self.from_(urn),
            "sheet": "Leavers",
            "row": self.rows,
            "cells": {},
        }
        return insert_returning(self.session, Leaver, [row | values])[0]

    def said(self, leaver: int, code: str, wave: int = 1, **values: Any) -> int:
        self.rows += 1
        urn = values.pop("by", next(iter(self.sent), "100001"))
        row = {
            "leaver_id": leaver,
            "wave": wave,
            "activity_code": code,
            "provider_name": "",
            "course": "",
            "level": "",
            "as_at": date(2022 + wave, 11, 1),
            "source": "school",
            "evidence": EvidenceStrength.SCHOOL_SAYS.value,
            "recorded_at": self.moment,
            "submission_id": self.from_(urn),
            "sheet": "Leavers",
            "row": self.rows,
            "column": "F",
        }
        return insert_returning(self.session, Destination, [row | values])[0]


PLACE = {
    "type_name": "Academy converter",
    "further_education_type": "Not applicable",
    "has_sixth_form": False,
    "is_open": True,
    "la_code": "",
    "la_name": "",
}
