"""The file and its sheets: what could not be opened, what was not found, what was left out."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-23"
OURS = "ours, sources.md: spreadsheets"


def _refusal(code: str, says: str, do: str, *, bad: str, good: str, source: str = OURS) -> Rule:
    """A file that cannot go on."""
    return Rule(code, MUST_FIX, says, do, bad, good, source, SINCE, refuses=True)


def _notice(
    code: str, says: str, do: str, *, bad: str, good: str, source: str = OURS, says_one: str = ""
) -> Rule:
    """Something about a file that its sender should know."""
    return Rule(code, PLEASE_CHECK, says, do, bad, good, source, SINCE, says_one)


RULES: tuple[Rule, ...] = (
    _refusal(
        "F01",
        "This file is empty: there is nothing in it at all",
        "Send the file again; if it is empty on your computer too, save the workbook once more",
        bad="a file of 0 bytes",
        good="a saved workbook",
    ),
    _refusal(
        "F02",
        "This file is {size}, and we open files of up to {limit}",
        "Take out pictures and sheets that we do not need, save it and send it again",
        bad="a workbook with photographs",
        good="the same sheet without them",
    ),
    _refusal(
        "F03",
        "This is not a spreadsheet: it is {what}",
        "Send the Excel workbook or CSV file that it was made from",
        bad="a PDF named leavers.xlsx",
        good="leavers.xlsx saved by Excel",
    ),
    _refusal(
        "F04",
        "This workbook has a password, so we cannot open it",
        "In Excel choose File, Info, Protect Workbook, Encrypt with Password, delete the password, "
        "save the workbook and send it again",
        bad="a workbook that asks for a password",
        good="the same workbook without one",
    ),
    _refusal(
        "F05",
        "This is a web page, even if its name looks like a spreadsheet's",
        "Open it in Excel, choose File, Save As, Excel Workbook (.xlsx), and send that file",
        bad="an .xls that an MIS wrote as a web page",
        good="the same report saved as .xlsx",
    ),
    _refusal(
        "F06",
        "This spreadsheet is in {what}, which we do not read",
        "Open it in Excel or in the program that it was made with, choose File, Save As, Excel "
        "Workbook (.xlsx), and send that file",
        bad="an XML Spreadsheet 2003",
        good="the same workbook saved as .xlsx",
    ),
    _refusal(
        "F07",
        "The end of this file is missing: it was cut off on its way",
        "Send it again; if that does not help, save the workbook once more and send that",
        bad="half a workbook",
        good="the whole of it",
    ),
    _refusal(
        "F08",
        "This file is damaged, and different programs would see different things in it",
        "Open it in Excel, let Excel repair it if it offers to, choose File, Save As, Excel "
        "Workbook (.xlsx), check what you see, and send that file",
        bad="a workbook with a damaged part",
        good="the same workbook saved again",
    ),
    _refusal(
        "F09",
        "This file is built in a way that no ordinary workbook is, so we did not open it",
        "Copy the sheet with your leavers into a new workbook, save it and send that",
        bad="a workbook that unpacks to hundreds of megabytes",
        good="the sheet of leavers in a new workbook",
    ),
    _refusal(
        "F10",
        "This workbook has more than {limit} sheets",
        "Copy the sheets with leavers into a new workbook, save it and send that",
        bad="a workbook of 200 sheets",
        good="a workbook of a few",
    ),
    _refusal(
        "F11",
        "This file has something beyond row {limit}, more rows than we read",
        "Delete what stands far below your leavers, or send one file for each year group",
        bad="a forgotten note in row 1,048,576",
        good="rows that end with the last leaver",
    ),
    _refusal(
        "F12",
        "This file has something beyond column {limit}, more columns than we read",
        "Delete what stands far to the right of your leavers, and send it again",
        bad="a forgotten note in column XFD",
        good="columns that end with the table",
    ),
    _refusal(
        "F13",
        "This file has more than {limit} cells with something in them",
        "Copy the sheet with your leavers into a new workbook, save it and send that",
        bad="a whole MIS export of every year",
        good="the leavers of one cohort",
    ),
    _refusal(
        "F14",
        "One cell holds more than {limit} characters; in a CSV file this often means that a "
        "quotation mark is opened and never closed",
        "Look for a stray quotation mark or a very long note, put it right and send the file again",
        bad="a quotation mark in front of a surname",
        good="the surname without it",
    ),
    _refusal(
        "F15",
        "This workbook has no worksheet to read",
        "Send the workbook that has the sheet with your leavers",
        bad="a workbook with one chart",
        good="a workbook with a sheet",
    ),
    _refusal(
        "F16",
        "The workbook lists a sheet called '{sheet}', but that sheet is not in the file",
        "Open it in Excel, check that the sheet is there, save the workbook and send it again",
        bad="a sheet that was lost when the file was saved",
        good="every sheet in its place",
    ),
    _refusal(
        "F17",
        "This workbook was saved by a version of Excel from before 1997",
        "Open it in Excel, choose File, Save As, Excel Workbook (.xlsx), and send that file",
        bad="an Excel 4 worksheet",
        good="the same sheet saved as .xlsx",
    ),
    _refusal(
        "F18",
        "This file took us too long to open, so we stopped",
        "Copy the sheet with your leavers into a new workbook, save it and send that",
        bad="a workbook of a million formatted rows",
        good="the leavers in a new workbook",
    ),
    _refusal(
        "F19",
        "This file needs more memory to open than we allow",
        "Copy the sheet with your leavers into a new workbook, save it and send that",
        bad="a small file that unpacks into a huge one",
        good="the leavers in a new workbook",
    ),
    _refusal(
        "F20",
        "We could not open this file: something inside it stops the program that we read it with",
        "Open it in Excel, choose File, Save As, Excel Workbook (.xlsx), and send that file",
        bad="a workbook that stops the program that opens it",
        good="the same workbook saved again",
    ),
    _refusal(
        "F21",
        "This is a zip folder, not a workbook",
        "Open the folder, take the workbook out and send the workbook itself",
        bad="leavers.zip renamed to leavers.xlsx",
        good="the workbook inside it",
    ),
    _refusal(
        "F22",
        "This is an Apple Numbers spreadsheet, which we do not read",
        "In Numbers choose File, Export To, Excel, and send the file that it makes",
        bad="leavers.numbers",
        good="leavers.xlsx exported from Numbers",
    ),
    _refusal(
        "F23",
        "This is only a link to a Google Sheet; your leavers are not in it",
        "Open the sheet, choose File, Download, Microsoft Excel (.xlsx), and send that file",
        bad="leavers.gsheet",
        good="leavers.xlsx downloaded from Google Sheets",
    ),
    _refusal(
        "F24",
        "We could not open this file: it is not there any more, or we may not read it",
        "Check that you can open it yourself, save a copy under another name and use that",
        bad="a link to a file that was moved",
        good="the file itself",
        source="ours",
    ),
    _refusal(
        "F25",
        "This is the small hidden file that Excel keeps beside a workbook while somebody has it "
        "open; your leavers are not in it",
        "Close the workbook, then send the workbook itself: its name does not begin with ~$",
        bad="~$leavers.xlsx",
        good="leavers.xlsx",
    ),
    _refusal(
        "F26",
        "This is a CTF, the file in which schools hand pupils on to each other; it does not say "
        "where leavers went",
        "Export a list of your leavers from your MIS as Excel or CSV, with their UPN, name, date "
        "of birth and destination, and send that",
        bad="8452000_CTF_8454001_001.xml",
        good="leavers.xlsx",
    ),
    _notice(
        "F30",
        "The name of this file does not fit what it is: it is {what}, and we read it as that",
        "Nothing to do; next time a name that ends in {ending} avoids surprises",
        bad="a CSV file named leavers.xlsx",
        good="the same file named leavers.csv",
    ),
    _notice(
        "F31",
        "This workbook has macros; we read the values and left the macros alone",
        "Nothing to do, unless a macro still has to run before the values are right",
        bad="leavers.xlsm",
        good="leavers.xlsx",
    ),
    _notice(
        "F32",
        "This workbook takes values from other workbooks; we read them as they were last saved",
        "Check that they were up to date when you saved it",
        bad="a cell that looks into a file on the school's server",
        good="the value itself",
    ),
    _notice(
        "F33",
        "This workbook has other things inside it, such as embedded documents or live "
        "connections; we read the cells only",
        "Nothing to do, if all of your leavers are in the cells",
        bad="a Word document inside a sheet",
        good="cells only",
    ),
    _notice(
        "F34",
        "The file gives this cell twice, and we took what comes last",
        "Check the cell against your own copy",
        bad="a cell written twice by a faulty program",
        good="each cell once",
    ),
    _notice(
        "F35",
        "Some letters of this row could not be read",
        "Check names with accents; in Excel choose File, Save As, CSV UTF-8, and send that file",
        bad="Zo\N{REPLACEMENT CHARACTER} in place of Zo\u00eb",
        good="Zo\u00eb",
    ),
    _notice(
        "F36",
        "{count} cells are crossed out ({places}); we do not read that, and took what is written",
        "If what is crossed out is not right any longer, delete it and write what is, in these "
        "rows",
        bad="College, struck through, of somebody who moved away",
        good="moved away",
        says_one="1 cell is crossed out ({places}); we do not read that, and took what is written",
    ),
    _notice(
        "F37",
        "{count} cells have a note ({places}); we do not read notes",
        "If a note says what the cells do not, such as that these are offers or intentions, put it "
        "in the heading or the cells, and send the sheet again",
        bad="a note on Destination: offers only",
        good="a heading Offers",
        says_one="1 cell has a note ({places}); we do not read notes",
    ),
    _notice(
        "F38",
        "A key of colours or marks stands here; we read words only, and did not apply it",
        "If a colour or mark says what the cells do not, write it into the cells, in a column of "
        "its own",
        bad="Green = confirmed",
        good="a column Confirmed, with Yes",
    ),
    _refusal(
        "T01",
        "We found no table of leavers in this file",
        "Put headings above the columns, one row for each leaver below them, among them at least "
        "two of UPN, ULN, surname, forename and date of birth",
        bad="a sheet of totals by tutor group",
        good="UPN, Surname, Forename, Destination",
    ),
    _refusal(
        "T02",
        "The rows look like leavers, but there are no headings above them, and we do not guess",
        "Put a heading above each column, such as UPN, Surname, Forename, Date of Birth, "
        "Destination, and send it again",
        bad="a first row that is already a leaver",
        good="a first row of headings",
    ),
    _refusal(
        "T03",
        "The table lies on its side: the headings go down the page instead of across it",
        "In Excel copy the table, choose Paste Special, Transpose, and send the turned sheet",
        bad="a column for each leaver",
        good="a row for each leaver",
    ),
    _refusal(
        "T04",
        "We know some headings ({found}), but not enough to tell who each leaver is",
        "Add at least two of UPN, ULN, surname, forename and date of birth, or rename the columns "
        "that hold them; or tell your hub what each column holds, and you need not send it "
        "again{perhaps}",
        bad="Surname, Destination",
        good="Surname, Forename, Date of Birth, Destination",
    ),
    _refusal(
        "T05",
        "There are headings, but no leavers below them",
        "Fill in one row for each leaver and send it again",
        bad="an empty template",
        good="a template that is filled in",
    ),
    _refusal(
        "T06",
        "Every sheet of this file is empty",
        "Check that you saved the workbook after filling it in, and send it again",
        bad="a new workbook",
        good="a workbook with leavers in it",
    ),
    _refusal(
        "T07",
        "Everything in this workbook is on hidden sheets, which we do not read",
        "Right-click a tab, choose Unhide, show the sheet with your leavers, save and send again",
        bad="leavers on a hidden sheet",
        good="leavers on a sheet that is shown",
    ),
    _refusal(
        "T08",
        "We found no table of leavers on the tabs that are shown; {hidden} of this workbook cannot "
        "be seen, and we do not read those",
        "If your leavers are on a hidden tab, right-click any tab, choose Unhide, save and send "
        "again; if not, put headings such as UPN, Surname, Forename and Destination above them",
        bad="leavers on a hidden tab behind a cover page",
        good="leavers on a tab that is shown",
    ),
    _refusal(
        "T09",
        "{place} looks like headings, but we know too few of them to tell who each leaver is",
        "If your leavers are below them, rename at least two of the columns to UPN, ULN, Surname, "
        "Forename or Date of Birth; or tell your hub what each column holds, and you need not "
        "send it again{perhaps}",
        bad="Family nm, Given nm, Ident",
        good="Surname, Forename, UPN",
    ),
    _refusal(
        "T14",
        "Everything{place} stands in one column, with {marks} between",
        "In Excel select that column, choose Data, Text to Columns, Delimited, tick what stands "
        "between, finish, save as Excel Workbook (.xlsx) and send that",
        bad="Okafor;Ada;17/03/2007 in one cell",
        good="Okafor, Ada and 17/03/2007, each in a column of its own",
    ),
    _notice(
        "T11",
        "Rows with leavers are hidden in your sheet ({count} of them); we read them like the "
        "others",
        "Check that they should be among your leavers; delete those that should not",
        bad="rows hidden by a filter",
        good="rows that can be seen",
    ),
    _notice(
        "T12",
        "Columns are hidden in your sheet ({columns}); we read them like the others",
        "Check that what they hold is right",
        bad="a hidden column of dates of birth",
        good="columns that can be seen",
    ),
    _notice(
        "T13",
        "This row has something in it, but too little to tell who it is about, so we left it out",
        "Fill in the name, and the UPN or date of birth, if it is about a leaver",
        bad="a destination with nobody beside it",
        good="a destination beside a name",
    ),
)
