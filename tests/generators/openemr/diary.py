"""The calendar, in local time: patients' appointments, and providers' own time, which has no patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tests.generators.openemr.dice import ZERO_DAY, Dice, at, clock, fold, gap, weekday
from tests.generators.openemr.directory import Directory
from tests.generators.openemr.people import Patient
from tests.generators.openemr.visits import Visit
from tests.generators.openemr.writer import Table, Writer

EVENTS = Table(
    "openemr_postcalendar_events",
    "pc_eid pc_catid pc_multiple pc_aid pc_pid pc_gid pc_title pc_time pc_hometext pc_informant "
    "pc_eventDate pc_endDate pc_duration pc_recurrtype pc_recurrspec pc_startTime pc_endTime "
    "pc_alldayevent pc_eventstatus pc_sharing pc_apptstatus pc_prefcatid pc_facility pc_billing_location "
    "pc_room",
)
TRACKER = Table("patient_tracker", "id date apptdate appttime eid pid original_user encounter lastseq")

IN_OFFICE, OUT_OF_OFFICE, VACATION, HOLIDAY, CLOSED, LUNCH, RESERVED = 2, 3, 4, 6, 7, 8, 11
DAY, WEEK, WORK_DAY, DAYS_OF_WEEK = "0", "1", "4", "6"
QUARTER = 91
KEPT = (">", ">", ">", "$", "$", "-", "@")
MISSED = ("x", "x", "?", "?", "%", "!", "&")
AHEAD = ("-", "-", "-", "*", "SMS", "EMAIL", "AVM", "CALL", "+", "^", "#", "x")


def recurrence(
    frequency: str = "0", unit: str = DAY, number: str = "1", on_day: str = "0", months: str = "0",
    exceptions: str = "",
) -> str:  # fmt: skip
    """`pc_recurrspec` as PHP serialises it; single events carry one too."""
    fields = {
        "event_repeat_freq": frequency,
        "event_repeat_freq_type": unit,
        "event_repeat_on_num": number,
        "event_repeat_on_day": on_day,
        "event_repeat_on_freq": months,
        "exdate": exceptions,
    }
    return _serialised(fields)


def _serialised(fields: Mapping[str, str]) -> str:
    parts = "".join(f's:{len(name)}:"{name}";s:{len(value)}:"{value}";' for name, value in fields.items())
    return f"a:{len(fields)}:{{{parts}}}"


ONCE = recurrence()


def _event(
    writer: Writer, category: int, provider: str, patient: str, title: str, entered: str, day: date,
    minute: int,
    minutes: int, *, until: str = ZERO_DAY, kind: int = 0, spec: str = ONCE, all_day: bool = False,
    status: str = "-", site: int = 0, note: str = "", room: str = "", by: int = 0, starts: str | None = None,
) -> int:  # fmt: skip
    row = writer.number(EVENTS)
    writer.add(
        EVENTS, row, category, 0, provider, patient, 0, title, entered, note, str(by), day.isoformat(), until,
        minutes * 60,
        kind, spec, starts or clock(minute), clock(min(minute + minutes, 1439)), int(all_day), 1, 1, status,
        0, site, site,
        room,
    )  # fmt: skip
    return row


def write_providers_time(writer: Writer, directory: Directory, today: date) -> None:
    """A year of office hours for each doctor, in quarters to the next one, and the clinic's closed days."""
    first = today - timedelta(days=3 * QUARTER + today.weekday())
    for place, doctor in enumerate(directory.doctors):
        for quarter in range(4):
            start = first + timedelta(days=QUARTER * quarter)
            _hours(writer, directory, place, start, f"{start - timedelta(days=20)} 09:00:00")
        who, entered = str(doctor.id), at(first, 540)
        leave = weekday(today + timedelta(days=20 + 7 * place))
        _event(
            writer, VACATION, who, "", "Vacation", entered, leave, 0, 0, until=str(leave + timedelta(days=4)),
            kind=1, spec=recurrence("1", DAY), all_day=True, site=doctor.facility,
        )  # fmt: skip
        _event(
            writer, RESERVED, who, "", "Reserved", entered, weekday(today), 16 * 60 + 30, 15,
            until=str(today + timedelta(days=180)), kind=2,
            spec=recurrence("1", DAY, "2", "2", "1"), site=doctor.facility, note="staff meeting, 2nd Tuesday",
        )  # fmt: skip
    holiday = date(today.year, 12, 25)
    _event(writer, HOLIDAY, "0", "", "Christmas", at(first, 545), holiday, 0, 0, all_day=True)
    _event(writer, CLOSED, "", "", "Closed: floors", at(first, 546), weekday(today), 0, 0, all_day=True)


def _hours(writer: Writer, directory: Directory, place: int, start: date, entered: str) -> None:
    """In Office and Out Of Office are two rows without duration, of the same day and the same recurrence."""
    doctor = directory.doctors[place]
    who, until = str(doctor.id), str(start + timedelta(days=QUARTER - 3))
    if place % 3 == 2:
        kind, spec = 3, recurrence("2,4,6", DAYS_OF_WEEK)  # 1 is Sunday
    elif place % 3 == 1:
        kind, spec = 1, recurrence("1", WORK_DAY, exceptions=f"{start + timedelta(days=9):%Y%m%d}")
    else:
        kind, spec = 1, recurrence("1", WEEK)  # Mondays only
    opening, closing = (8 * 60, 17 * 60) if place % 2 == 0 else (9 * 60 + 30, 18 * 60 + 15)
    for category, title, minute, length in (
        (IN_OFFICE, "In Office", opening, 0),
        (OUT_OF_OFFICE, "Out Of Office", closing, 0),
        (LUNCH, "Lunch", 12 * 60, 60),
    ):
        _event(
            writer, category, who, "", title, entered, start, minute, length, until=until, kind=kind,
            spec=spec,
            site=doctor.facility,
        )  # fmt: skip


def write_appointments(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, visits: list[Visit], today: date
) -> None:
    """About two: some that led to a visit, some missed, some ahead, a few that repeat."""
    pid, doctor = patient.pid, directory.doctors[patient.doctor]
    for visit in visits:
        if dice.chance(0.35) or visit.day == today:
            status = dice.pick(("@", "~", "<", ">", "#")) if visit.day == today else dice.pick(KEPT)
            row = _appointment(writer, dice, directory, patient, visit.day, visit.minute, status)
            writer.add(
                TRACKER, writer.number(TRACKER), at(visit.day, visit.minute), visit.day.isoformat(),
                clock(visit.minute),
                row, pid, "frontdesk", visit.number, str(dice.between(1, 4)),
            )  # fmt: skip
    if dice.chance(0.3):
        day = weekday(dice.day(patient.registered, patient.until))
        _appointment(writer, dice, directory, patient, day, dice.between(32, 66) * 15, dice.pick(MISSED))
    if not patient.died and dice.chance(0.6):
        day = weekday(dice.day(today + timedelta(days=1), today + timedelta(days=120)))
        _appointment(writer, dice, directory, patient, day, dice.between(32, 66) * 15, dice.pick(AHEAD))
    if pid % 33 == 6 and not patient.died:
        first = weekday(today - timedelta(days=30))
        _event(
            writer, 12, str(doctor.id), str(pid), "Therapy", at(first, 500), first, 10 * 60, 45,
            until=str(first + timedelta(days=90)), kind=1,
            spec=recurrence("2", WEEK, exceptions=f"{first + timedelta(days=28):%Y%m%d}"),
            site=doctor.facility,
        )  # fmt: skip
    if pid % 101 in (17, 18):  # the on-call room does not look at the clock that jumps
        moment = gap(today.year) if pid % 101 == 17 else fold(today.year - 1)
        _event(
            writer, 5, str(doctor.id), str(pid), "On call", f"{moment[:4]}-01-02 10:00:00",
            date.fromisoformat(moment[:10]), 0, 30, status=">", site=doctor.facility, starts=moment[11:],
        )  # fmt: skip


def _appointment(
    writer: Writer, dice: Dice, directory: Directory, patient: Patient, day: date, minute: int, status: str
) -> int:
    site = dice.pick(directory.facilities)[0]
    who = str(patient.provider) if dice.chance(0.9) else str(directory.doctors[0].id)
    category, title = dice.pick(
        ((5, "Office Visit"), (9, "Established Patient"), (10, "New Patient"), (13, ""))
    )
    entered = at(day - timedelta(days=dice.between(0, 60)), dice.between(480, 1020), dice.between(0, 59))
    return _event(
        writer, category, who, str(patient.pid), title, entered, day, minute, dice.pick((15, 15, 30, 30, 60,
        0)),
        status=status, site=site, note=dice.pick(("", "", "", "bring records",
        "needs interpreter; wheelchair?")),
        room=dice.pick(("", "", "Exam 1", "2")), by=dice.pick(directory.staff).id,
    )  # fmt: skip
