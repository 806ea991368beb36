"""Tables: the leavers of a sheet are found wherever they stand, and nothing else is taken for one.

Sheets are drawn: a bar between cells, # before a number, @ before a date, every drawn line a row.
"""

import pytest

from expectations.catalogue import catalogue, places_in
from imports.tables.find_tables import find_tables
from imports.workbook.limits import READ_LIMITS
from imports.workbook.raw_cells import DATE, FORMULA, NUMBER, TEXT, RawFile, RawSheet
from models.handoffs.findings import SubmissionRefused
from tests.headings import knows


def cell(column, said):
    if said.startswith("#"):
        return (column, NUMBER, said[1:], "")
    if said.startswith("@"):
        return (column, DATE, said[1:], "dd/mm/yyyy")
    return (column, FORMULA, "", "") if said == "=" else (column, TEXT, said, "")


def drawn(text, name="Leavers", **more):
    rows = []
    lines = text.removeprefix("\n").splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    for number, line in enumerate(lines, start=1):
        cells = [
            cell(column, said.strip())
            for column, said in enumerate(line[indent:].split("|"))
            if said.strip()
        ]
        if cells:
            rows.append((number, number in more.get("hidden_rows", ()), cells))
    more.pop("hidden_rows", None)
    return RawSheet(name, rows=rows, **more)


def tables_of(*sheets):
    return find_tables(RawFile("xlsx", sheets), knows, READ_LIMITS)


def leavers(*sheets):
    """(sheet, row) of every leaver."""
    return [(table.sheet, row.number) for table in tables_of(*sheets).tables for row in table.rows]


def rows_of(text, **more):
    return [number for _, number in leavers(drawn(text, **more))]


def refusal(*sheets):
    with pytest.raises(SubmissionRefused) as refused:
        tables_of(*sheets)
    rule = catalogue()[refused.value.code]
    assert rule.refuses
    # What headings may be is added where every heading map is at hand.
    assert set(places_in(rule)) - {"perhaps"} == set(dict(refused.value.facts))
    return refused.value


LAYOUTS = {
    "headings on the first row": (
        """
        Surname | Forename | DOB         | Destination
        Okafor  | Ada      | @2007-05-04 | College
        Price   | Tom      | @2006-12-11 | Sixth form
        """,
        [2, 3],
    ),
    "a banner, a blank row, a total": (
        """
        Cuckmere Academy: destinations of Year 11 leavers
        Printed 03/11/2025 09:14

        Reg | Surname | Forename | UPN           | Destination
        11E | Okafor  | Ada      | A845400011001 | College
        11F | Price   | Tom      | B845400011002 | Job

        Total: 2
        """,
        [5, 6],
    ),
    "a banner of two cells straight above": (
        """
        Destinations of leavers |          |     | Printed 3 November
        Surname                 | Forename | DOB | Destination
        Okafor                  | Ada      | 4 May 2007 | College
        """,
        [3],
    ),
    "offset to D10": (
        "\n" * 10
        + """\
           |  |  | Surname | Forename | UPN           | Destination
           |  |  | Okafor  | Ada      | A845400011001 | College
        """,
        [11],
    ),
    "blank rows between leavers": (
        """
        Surname | Forename | UPN           | Destination
        Okafor  | Ada      | A845400011001 | College

        Price   | Tom      | B845400011002 | Job


        Zhang   | Lin      | C845400011003 | NEET
        """,
        [2, 4, 7],
    ),
    "no day of birth behind a gap": (
        """
        Name         | DOB         | PP | Destination | Provider
        OKAFOR Ada   | @39158      | Y  | College     | Downs College
        BELL Jo      | @39159      | N  | Sixth form  | Firle School

        PRICE Tom    |             | Y  | College     | Downs College
        ZHANG Lin    | @39160      | N  | College     | Downs College

        Key          |             |    | College     | FE college
        """,
        [2, 3, 5, 6],
    ),
    "shares below, and what to type above": (
        """
        Surname | Forename | DOB        | Destination | Where
        (legal) | (legal)  | dd/mm/yyyy | see list    | its name
        Okafor  | Ada      | @39158     | College     | Downs College
        Bell    | Jo       | @39159     | Sixth form  | Firle School

        College | 1        | 50%        |             |
        Total   | 2        | 100%       |             |
        """,
        [3, 4],
    ),
    "headings repeated on every page": (
        """
        Surname | Forename | UPN           | Destination
        Okafor  | Ada      | A845400011001 | College
        Surname | Forename | UPN           | Destination
        Price   | Tom      | B845400011002 | Job
        Page 1 of 1
        """,
        [2, 4],
    ),
    "a form at a time, headings again": (
        """
        11A
        Surname | Forename | UPN           | Destination
        Okafor  | Ada      | A845400011001 | College

        11B
        Surname | Forename | UPN           | Destination
        Price   | Tom      | B845400011002 | Job
        TOTAL   | #2
        """,
        [3, 7],
    ),
    "stacked tables with other columns": (
        """
        Surname  | Forename | UPN           | Destination
        Okafor   | Ada      | A845400011001 | College
        Forename | Surname  | DOB           | UPN | Destination
        Tom      | Price    | @2006-12-11   |     | Job
        """,
        [2, 4],
    ),
    "side by side": (
        """
        Surname | Forename | Destination |  | Surname | Forename | Destination
        Okafor  | Ada      | College     |  | Price   | Tom      | Job
        Zhang   | Lin      | NEET        |  |
        """,
        [2, 3, 2],
    ),
    "a note beside the table": (
        """
        Surname | Forename | UPN           | Destination |  | Key
        Okafor  | Ada      | A845400011001 | College     |  | NK: not known
        """,
        [2],
    ),
    "an example row": (
        """
             | Surname | Forename | UPN           | Destination
        e.g. | Bloggs  | Jo       | A123456789012 | College
             | Okafor  | Ada      | A845400011001 | College
        """,
        [3],
    ),
    "an example row in the first column": (
        """
        Surname         | Forename | UPN           | Destination
        Example: Bloggs | Jo       | A123456789012 | College
        Okafor          | Ada      | A845400011001 | College
        """,
        [3],
    ),
    "what to type, under the headings": (
        """
        Surname       | Forename       | Date of Birth | Destination
        Legal surname | Legal forename | dd/mm/yyyy    | Choose from list
        Required      | Required       | Required      | Required
        Okafor        | Ada            | 04/05/2007    | College
        """,
        [4],
    ),
    "footers of every kind": (
        """
        Surname | Forename | UPN           | Destination
        Okafor  | Ada      | A845400011001 | College

        TOTAL   | #1
        Grand total |  |  | #1
        11A total | | | #1
        Number on roll | total: 3
        Number of leavers: 1
        * provisional
        N.B. some are provisional
        Prepared by the careers team | | 12/11/2025
        Source: SIMS
        Signed: | Mrs Smith
        Page 1
        """,
        [2],
    ),
    "a list of codes below": (
        """
        Surname | Forename | UPN           | Destination
        Okafor  | Ada      | A845400011001 | College

        Key
        NK      | Not known
        AP      | Apprenticeship
        """,
        [2],
    ),
    "a pivot below, in the same columns": (
        """
        Surname    | Forename | UPN           | Destination
        Okafor     | Ada      | A845400011001 | College

        Row Labels | Count of UPN
        College    | #12      | #0.3
        Job        | #4       | #0.1
        Grand Total | #16
        """,
        [2],
    ),
    "surnames that are words for notes": (
        """
        Surname | Forename | UPN           | DOB         | Destination
        Page    | Sarah    | A845400011001 | @2007-05-04 | College
        Key     | Tom      |               | @2007-05-04 | Job
        Report  | Ann      |               |             | NEET
        Total   | Joe      | D845400011004 |             | NEET
        """,
        [2, 3, 4, 5],
    ),
    "rows with something missing": (
        """
        Surname | Forename | UPN           | DOB         | Destination
                | Ada      | A845400011001 |             | College
        Price   |          |               | @2007-05-04 | Job
                | Tom      |               | @2007-05-04 | Job
                |          | C845400011003 | @2007-05-04 | Job
        Zhang   | Lin      |               |             |
                | Ola      |               |             | NEET
                |          | D845400011004 |             | NEET
        Banks   | Jo       | E845400011005 | 31/02/2007  | NEET
        """,
        [2, 3, 4, 5, 6, 7, 8, 9],
    ),
    "a name and a date only, the date missing": (
        """
        Name        | DOB         | Destination
        Ada Okafor  | @2007-05-04 | College
        Tom Price   |             | Job
        """,
        [2, 3],
    ),
    "numbers as sent by Excel": (
        """
        Surname | Forename | ULN         | DOB    | Destination
        Okafor  | Ada      | #1234567890 | #39206 | #210
        """,
        [2],
    ),
    "formulas without values": (
        """
        Surname | Forename | UPN           | DOB | Destination
        =       | =        | A845400011001 | =   | College
        =       | =        | =             | =   | =
        """,
        [2, 3],
    ),
    "one column a year": (
        """
        UPN           | Surname | Forename | Sept 23 | where Sept 23 | Sept 24 | where Sept 24
        A845400011001 | Okafor  | Ada      | College | Downs Coast   | Job     | Miller
        """,
        [2],
    ),
    "years as numbers": (
        """
        UPN           | Surname | #2023   | #2024
        A845400011001 | Okafor  | College | Job
        """,
        [2],
    ),
    "headings with stars, new lines and spaces that do not break": (
        """
        Surname* | Forename\N{NO-BREAK SPACE}* | Date of Birth* | Destination*
        Okafor   | Ada       | @2007-05-04    | College
        """,
        [2],
    ),
    "headings twice": (
        """
        Surname | Surname | Forename | UPN           | Destination
        Okafor  | Okafor  | Ada      | A845400011001 | College
        """,
        [2],
    ),
    "titles between the rows": (
        """
        Surname | Forename | UPN           | Destination
        11A tutor group
        Okafor  | Ada      | A845400011001 | College
        11B tutor group
        Price   | Tom      | B845400011002 | Job
        """,
        [3, 5],
    ),
    "something about nobody": (
        """
        Surname | Forename | UPN           | Destination | Provider
        Okafor  | Ada      | A845400011001 | College     | Downs Coast
                |          |               | College     | Downs Coast
        Price   | Tom      | B845400011002 | Job         |
        """,
        [2, 4],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_leavers_of_a_layout(layout):
    text, expected = LAYOUTS[layout]
    assert rows_of(text) == expected


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if "numbers" not in name])
def test_the_same_layouts_without_merged_cells_known(layout):
    text, expected = LAYOUTS[layout]
    assert rows_of(text, knows_merges=False) == expected


GROUPED = """
    Pupil      |         |            |               | Destination |             | Notes
    First name | Surname | DOB        | UPN           | Type        | Where       |
    Ada        | Okafor  | 04/05/2007 | A845400011001 | College     | Downs Coast | visited
"""


@pytest.mark.parametrize(
    "more",
    [
        {"merges": [(1, 0, 1, 3), (1, 4, 1, 5), (1, 6, 2, 6)]},
        {"merges": [(1, 0, 1, 3), (1, 4, 1, 5)]},
        {"merges": []},
        {"merges": [], "knows_merges": False},
    ],
)
def test_headings_on_two_rows(more):
    (table,) = tables_of(drawn(GROUPED, **more)).tables
    assert table.heading_rows == (1, 2)
    assert [heading.parts for heading in table.headings] == [
        ("Pupil", "First name"),
        ("Pupil", "Surname"),
        ("Pupil", "DOB"),
        ("Pupil", "UPN"),
        ("Destination", "Type"),
        ("Destination", "Where"),
        ("Notes",),
    ]
    assert [row.number for row in table.rows] == [3]


def test_main_headings_above_divided_ones():
    sheet = drawn(
        """
        UPN           | Name    |          | DOB        | Autumn 2024 |       | Autumn 2025 |
                      | Surname | Forename |            | Type        | Where | Type        | Where
        A845400011001 | Okafor  | Ada      | 04/05/2007 | College     | Downs | Job         | Miller
        """,
        merges=[(1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 2, 3), (1, 4, 1, 5), (1, 6, 1, 7)],
    )
    (table,) = tables_of(sheet).tables
    assert [heading.parts for heading in table.headings] == [
        ("UPN",),
        ("Name", "Surname"),
        ("Name", "Forename"),
        ("DOB",),
        ("Autumn 2024", "Type"),
        ("Autumn 2024", "Where"),
        ("Autumn 2025", "Type"),
        ("Autumn 2025", "Where"),
    ]
    assert [row.number for row in table.rows] == [3]


def test_equal_headings_are_told_apart_by_the_row_above():
    (table,) = tables_of(
        drawn(
            """
                    |          |               | Sept 23     |       | Sept 24     |
            Surname | Forename | UPN           | Destination | Where | Destination | Where
            Okafor  | Ada      | A845400011001 | College     | Downs | Job         | Miller
            """
        )
    ).tables
    assert [heading.parts for heading in table.headings[3:]] == [
        ("Sept 23", "Destination"),
        ("Sept 23", "Where"),
        ("Sept 24", "Destination"),
        ("Sept 24", "Where"),
    ]


def test_a_merged_banner_is_no_part_of_the_headings():
    (table,) = tables_of(
        drawn(
            """
            11A tutor group
            Surname | Forename | DOB        | Destination
            Okafor  | Ada      | 04/05/2007 | College
            """,
            merges=[(1, 0, 1, 3)],
        )
    ).tables
    assert [heading.parts for heading in table.headings] == [
        ("Surname",),
        ("Forename",),
        ("DOB",),
        ("Destination",),
    ]


def test_tabs_by_form_with_columns_in_other_orders():
    one = drawn("Surname | Forename | UPN\nOkafor | Ada | A845400011001", "11A")
    other = drawn("UPN | Forename | Surname\nB845400011002 | Tom | Price", "11B")
    summary = drawn("Form | Number\n11A | #1\n11B | #1", "Summary")
    assert leavers(summary, one, other) == [("11A", 2), ("11B", 2)]
    regions = tables_of(summary, one, other).regions
    assert [(region.sheet, region.used) for region in regions] == [
        ("Summary", False),
        ("11A", True),
        ("11B", True),
    ]


def test_hidden_sheets_are_left_out_and_said():
    shown = drawn("Surname | Forename | UPN\nOkafor | Ada | A845400011001")
    regions = tables_of(shown, RawSheet("old", hidden=True)).regions
    assert [(region.sheet, region.why) for region in regions if not region.used] == [
        ("old", "hidden sheet")
    ]


def test_hidden_rows_and_columns_are_read_and_said():
    sheet = drawn(
        "Surname | Forename | UPN\nOkafor | Ada | A845400011001\nPrice | Tom | B845400011002",
        hidden_rows=(3,),
        hidden_columns=frozenset((1, 9)),
    )
    came = tables_of(sheet)
    (table,) = came.tables
    assert [(row.number, row.hidden) for row in table.rows] == [(2, False), (3, True)]
    assert [heading.hidden for heading in table.headings] == [False, True, False]
    assert [(remark.code, remark.facts) for remark in came.remarks] == [
        ("T11", (("count", "1"),)),
        ("T12", (("columns", "B"),)),
    ]


def test_the_regions_say_what_was_used_and_what_was_left_out():
    text, _ = LAYOUTS["a banner, a blank row, a total"]
    regions = tables_of(drawn(text)).regions
    assert [(one.first_row, one.last_row, one.used, one.why) for one in regions] == [
        (1, 2, False, "above the headings"),
        (4, 6, True, "2 leavers"),
        (8, 8, False, "total"),
    ]


def test_a_leaver_with_words_of_headings_begins_no_other_table():
    (table,) = tables_of(
        drawn(
            """
            UPN           | Surname | Forename | DOB        | Form | Destination | Notes
            A845400011001 | UPN     | Surname  | 04/05/2007 | Form | Sixth form  | mistyped
            B845400011002 | Price   | Tom      | 11/12/2006 | 11A  | College     | none
            """
        )
    ).tables
    assert [row.number for row in table.rows] == [2, 3]


def test_headings_with_stray_spaces_are_known_again():
    names = ["Surname\u00a0", "Forename ", "Date of\nbirth", "Destination"]
    headings = [(at, TEXT, name, "") for at, name in enumerate(names)]
    rows = [
        (1, False, headings),
        (2, False, [cell(0, "Okafor"), cell(1, "Ada"), cell(2, "@39158"), cell(3, "College")]),
        (3, False, headings),
        (4, False, [cell(0, "Price"), cell(1, "Tom"), cell(2, "@39159"), cell(3, "Job")]),
    ]
    assert [row for _, row in leavers(RawSheet("Leavers", rows=rows))] == [2, 4]


def test_headings_repeated_without_their_groups_are_known_again():
    text = """
        Pupil   |          |             | Destination |
        Surname | Forename | DOB         | Type        | Where
        Okafor  | Ada      | @39158      | College     | Downs
        Surname | Forename | DOB         | Type        | Where
        Price   | Tom      | @39159      | College     | Downs
        """
    (table,) = tables_of(drawn(text)).tables
    assert [row.number for row in table.rows] == [3, 5]


def test_a_row_about_nobody_is_told_by_its_place():
    text, _ = LAYOUTS["something about nobody"]
    came = tables_of(drawn(text))
    assert [(remark.code, remark.row) for remark in came.remarks] == [("T13", 3)]


def test_a_column_without_a_heading_is_kept_where_it_holds_something():
    (table,) = tables_of(
        drawn("Surname | Forename | | UPN\nOkafor | Ada | new | A845400011001")
    ).tables
    assert [(heading.letter, heading.text) for heading in table.headings] == [
        ("A", "Surname"),
        ("B", "Forename"),
        ("C", ""),
        ("D", "UPN"),
    ]
    assert [cell.text for cell in table.rows[0].cells] == ["Okafor", "Ada", "new", "A845400011001"]


def test_two_headings_that_tell_who_and_an_unknown_one_are_a_table():
    text = """
        Name       | DOB        | Gone to
        Ada Okafor | 04/05/2007 | College
        Tom Price  |            | Job
    """
    (table,) = tables_of(drawn(text)).tables
    assert table.heading_rows == (1,)
    assert [heading.text for heading in table.headings] == ["Name", "DOB", "Gone to"]
    assert rows_of(text) == [2, 3]


def test_they_are_no_table_beside_a_better_one():
    contacts = drawn("Surname | Forename | Telephone\nSmith | Jo | 01273 000000", "Staff")
    better = drawn("Surname | Forename | UPN\nOkafor | Ada | A845400011001", "Leavers")
    assert leavers(contacts, better) == [("Leavers", 2)]


def test_a_leaver_with_words_of_headings_after_a_gap_begins_no_other_table():
    assert rows_of("""
        UPN           | Surname | Forename | DOB        | Destination | Form | Notes
        B801200005001 | Lee     | Ana      | @2009-03-12 | College    | 11E  | x

        Q801200005002 | Surname | UPN      | @2009-05-14 | College    | 11E  | x
        E801200005003 | Hill    | Jo       | @2009-06-20 | Work       | 11E  | x
    """) == [2, 4, 5]


def test_a_leaver_under_two_known_headings_is_not_taken_for_headings():
    text = """
        Name       | DOB        | Provider type
        Ada Okafor | 04/05/2007 | College
        Tom Price  | 11/12/2006 | College
    """
    assert rows_of(text) == [2, 3]


def test_leavers_on_a_hidden_tab_are_asked_for():
    cover = drawn("Welcome to our destinations workbook", "Cover")
    assert refusal(cover, RawSheet("Leavers", hidden=True)).code == "T08"


REFUSED = {
    "no headings": ("Okafor | Ada | 04/05/2007 | College\n" * 4, "T02"),
    "on its side": (
        """
        Surname     | Okafor        | Price
        Forename    | Ada           | Tom
        UPN         | A845400011001 | B845400011002
        Destination | College       | Job
        """,
        "T03",
    ),
    "no key": ("Surname | Destination | Provider\nOkafor | College | Downs Coast", "T04"),
    "headings only": ("Surname | Forename | UPN | Destination", "T05"),
    "headings and a total": ("Surname | Forename | UPN\nTotal | #0", "T05"),
    "a pivot": (
        "Form | Sixth form | College | Job\n11A | #4 | #5 | #1\nTotal | #4 | #5 | #1",
        "T01",
    ),
    "a letter": ("Dear Jo,\nplease find our leavers attached.\nKind regards", "T01"),
    "a list of colleges": (
        "College | Town\nDowns Coast | Lewes\nOuse Valley | Haywards Heath",
        "T01",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_table_is_refused_not_guessed(what):
    text, code = REFUSED[what]
    assert refusal(drawn(text)).code == code


def test_headings_that_we_know_are_named_in_the_refusal():
    assert dict(refusal(drawn(REFUSED["no key"][0])).facts) == {
        "found": "Surname, Destination, Provider"
    }


def test_empty_sheets_and_hidden_ones():
    assert refusal(RawSheet("Sheet1")).code == "T06"
    assert refusal(RawSheet("Sheet1"), RawSheet("old", hidden=True)).code == "T07"


def test_a_long_sheet_of_something_else_asks_little():
    asked = []

    def counting(parts):
        asked.append(parts)

    rows = [
        (number, False, [(column, TEXT, f"{number} {column}", "") for column in range(20)])
        for number in range(1, 5_001)
    ]
    with pytest.raises(SubmissionRefused):
        find_tables(RawFile("xlsx", [RawSheet("Stock", rows=rows)]), counting, READ_LIMITS)
    assert len(asked) <= 10_000
