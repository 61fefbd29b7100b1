"""What conference tools export is a catalogue; one bad entry takes no other away."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.catalogue.catalogue import CatalogueTalk
from ingest.catalogue.files import COLUMNS, read_catalogue
from ingest.errors import CatalogueError

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
PAGE = "https://quay.example/2031/talk/ABC/"
ROPES = CatalogueTalk(
    "Ropes at Scale", None, 2, ("Ada Byron", "Bo Li"), {"video": VIDEO, "schedule": PAGE}, date(2031, 5, 5)
)
FRAB_XML = f"""<?xml version='1.0' encoding='utf-8' ?>
<schedule><conference><title>Harbour Days 2031</title></conference>
<day index='1' date='2031-05-04'><room name='A'><event id='1'><title>Opening</title><persons/></event></room></day>
<day index='2' date='2031-05-05'><room name='A'><event id='2' guid='x'><title>Ropes at Scale</title><url>{PAGE}</url>
<persons><person id='1'>Ada Byron</person><person id='2'>Bo Li</person></persons>
<links><link href='{VIDEO}'>Video</link></links></event><event id='3'><title/></event></room></day></schedule>"""
FRAB_JSON = json.dumps(
    {
        "schedule": {
            "conference": {
                "title": "Harbour Days 2031",
                "days": [
                    {"index": 1, "date": "2031-05-04", "rooms": {"A": [{"title": "Opening", "persons": []}]}},
                    {
                        "index": 2,
                        "date": "2031-05-05",
                        "rooms": {
                            "A": [
                                {
                                    "title": "Ropes at Scale", "url": PAGE, "links": [{"url": VIDEO, "title": "v"}],
                                    "persons": [{"public_name": "Ada Byron"}, {"name": "Bo Li"}],
                                },
                                {"title": ""},
                            ]
                        },
                    },
                ],
            }
        }
    }
)  # fmt: skip


def read(folder: Path, name: str, text: str) -> tuple[tuple[CatalogueTalk, ...], tuple[str, ...]]:
    """Write a file and read it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    catalogue = read_catalogue(path)
    return catalogue.talks, catalogue.faults


@pytest.mark.parametrize(("name", "text"), [("schedule.xml", FRAB_XML), ("schedule.json", FRAB_JSON)])
def test_frab_and_pretalx_schedules(tmp_path: Path, name: str, text: str) -> None:
    """Days, people and links of each event are read; an event without a title is told."""
    talks, faults = read(tmp_path, name, text)

    assert talks == (CatalogueTalk("Opening", None, 1, (), {}, date(2031, 5, 4)), ROPES)
    assert faults == (f"{name}, event 3: no title; left out",)


def test_pretalx_submissions_sessionize_and_pyvideo(tmp_path: Path) -> None:
    """An API's answer, an export with people by id, and files of one talk each."""
    pretalx = {
        "results": [
            {
                "title": {"en": "Ropes", "de": "Seile"}, "speakers": [{"name": "Ada Byron"}], "slot": {"start": "2031-05-04T23:30:00-07:00"},
                "resources": [{"resource": "https://speakerdeck.com/ada/ropes"}],
            },
            3,
        ]
    }  # fmt: skip
    sessionize = {
        "sessions": [
            {"title": "Ropes", "speakers": ["s1"], "startsAt": "2031-05-04T10:00:00Z", "recordingUrl": VIDEO}
        ],
        "speakers": [{"id": "s1", "fullName": "Ada Byron"}],
    }
    pyvideo = {
        "title": "Ropes",
        "speakers": ["Ada Byron"],
        "recorded": "2031-05-04",
        "videos": [{"type": "youtube", "url": VIDEO}],
    }
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "ropes.json").write_text(json.dumps(pyvideo))
    (folder / "tar.json").write_text(json.dumps(pyvideo | {"title": "Tar"}))

    assert read(tmp_path, "a.json", json.dumps(pretalx)) == (
        (
            CatalogueTalk(
                "Ropes",
                None,
                None,
                ("Ada Byron",),
                {"slides": "https://speakerdeck.com/ada/ropes"},
                date(2031, 5, 4),
            ),
        ),
        ("a.json, entry 2: not a talk with named fields; left out",),
    )
    assert read(tmp_path, "b.json", json.dumps(sessionize))[0] == (
        CatalogueTalk("Ropes", None, None, ("Ada Byron",), {"video": VIDEO}, date(2031, 5, 4)),
    )
    assert [talk.title for talk in read_catalogue(folder).talks] == ["Ropes", "Tar"]


def calendar(*events: str, head: str = "") -> str:
    """Write a calendar."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", *filter(None, [head]), *events, "END:VCALENDAR", ""]
    )


def event(start: str, summary: str = "Ropes - Ada Byron", more: str = "") -> str:
    """Write one event."""
    return "\r\n".join(
        filter(None, ["BEGIN:VEVENT", f"DTSTART{start}", f"SUMMARY:{summary}", more, "END:VEVENT"])
    )


@pytest.mark.parametrize(
    ("zone", "start", "day"),
    [
        ("X-WR-TIMEZONE:America/Los_Angeles", ":20311119T011500Z", 18),
        ("X-WR-TIMEZONE:Asia/Tokyo", ":20311118T230000Z", 19),
        ("X-WR-TIMEZONE:America/Los_Angeles", ";TZID=Asia/Tokyo:20311118T233000", 18),
        ("X-WR-TIMEZONE:America/Los_Angeles", ";VALUE=DATE:20311118", 18),
        ("X-WR-TIMEZONE:Quay/Nowhere", ":20311119T011500Z", 19),
        ("", ":20311119T011500Z", 19),
        ("BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nEND:VTIMEZONE", ":20311119T011500Z", 18),
    ],
)
def test_an_evening_belongs_to_its_own_day(tmp_path: Path, zone: str, start: str, day: int) -> None:
    """A time in UTC is dated where the conference is; one with a zone of its own stays there."""
    [talk], _ = read(tmp_path, "c.ics", calendar(event(start), head=zone))

    assert talk.on == date(2031, 11, day)


@pytest.mark.parametrize(
    "bad",
    [
        event(":20311104T1O0000Z"),
        event(":20311304T100000Z"),
        event(":"),
        event(":20311104T100000Z", "x" * 100_000),
        event(":20311104T100000Z", ""),
        event(":20311104T100000Z", more="DURATION:P99999999999999999D"),
        event(":20311104T100000Z", more="RRULE:FREQ=;;"),
        "BEGIN:VEVENT\r\nDTSTART:20311104T100000Z\r\nBEGIN:VALARM\r\nEND:VEVENT",
    ],
)
def test_a_bad_event_is_one_line(tmp_path: Path, bad: str) -> None:
    """Whatever is wrong with one event, the others are read; it is told with its place or read without what is broken."""
    good = event(":20311104T100000Z", "Tar - Bo Li")
    freebusy = "BEGIN:VFREEBUSY\r\nFREEBUSY:20311104T100000Z/P99999999999D\r\nEND:VFREEBUSY"
    talks, faults = read(tmp_path, "c.ics", calendar(good, bad, good, head=freebusy))

    assert [talk.title for talk in talks if talk.title == "Tar"] == ["Tar", "Tar"]
    assert len(talks) + len(faults) == 3
    assert all("\n" not in fault and "c.ics, event 2" in fault for fault in faults)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("c.json", '{"title": "Tar", "day": ' + "9" * 5000 + "}"),
        ("c.json", '{"title": "Tar \\ud83d"}'),
        ("c.json", '{"title": "Tar", "links": {"video": "https://youtu.be/\\ud83d"}}'),
        ("c.json", '{"title": ["Tar"]}'),
        ("c.json", '{"title": "Tar", "speakers": [[["Ada"]]]}'),
        ("c.json", '{"title": "Tar", "day": 1e999}'),
        ("c.json", "null"),
        ("c.yaml", "{title: Tar, day: " + "9" * 5000 + "}"),
        ("c.yaml", "{title: &a [*a]}"),
        ("c.yaml", "{title: Tar, speakers: &b [*b, *b]}"),
        ("c.yaml", '{title: "Tar \\ud83d"}'),
        ("c.yaml", "{title: Tar, day: 2031-02-30}"),
        ("c.csv", "EU 2021,1,Tar,,javascript:x,,"),
        ("c.csv", 'EU 2021,1,"Tar"x,,,,'),
        ("c.csv", "EU 2021," + "9" * 5000 + ",Tar,,,,"),
        ("c.csv", "EU 2021,²,Tar,,,,"),
        ("c.csv", "EU 2021,1,Tar" + "x" * 200_000 + ",,,,"),
    ],
)
def test_a_bad_entry_is_one_line(tmp_path: Path, name: str, bad: str) -> None:
    """Numbers without end, halves of characters, aliases that hold themselves and broken quotes cost one entry."""
    good = {"c.json": '{"title": "Ropes"}', "c.yaml": "{title: Ropes}", "c.csv": "EU 2021,1,Ropes,,,,"}[name]
    around = {
        "c.json": "[{},{},{}]",
        "c.yaml": "- {}\n- {}\n- {}\n",
        "c.csv": ",".join(COLUMNS).replace("{", "{{") + "\n{}\n{}\n{}\n",
    }[name]
    parts = around.split("{}")
    talks, faults = read(tmp_path, name, parts[0] + good + parts[1] + bad + parts[2] + good + parts[3])

    assert [talk.title for talk in talks] == ["Ropes", "Ropes"]
    assert len(faults) == 1
    assert faults[0].isprintable()
    faults[0].encode("utf-8")


def test_aliases_cannot_grow_without_end(tmp_path: Path) -> None:
    """Nested aliases and merged mappings of a few hundred bytes are one line at once."""
    levels = "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    laughs = (
        f"a: &a [x, x, x]\n{levels}talks: [{{title: *i}}, {{title: Ropes, speakers: *i}}, {{title: Tar}}]\n"
    )
    merged = "a: &a {k: v}\n" + "".join(
        f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    talks, faults = read(tmp_path, "c.yaml", laughs)

    assert [talk.title for talk in talks] == ["Tar"]
    assert len(faults) == 2
    with pytest.raises(CatalogueError, match="no valid YAML"):
        read(tmp_path, "d.yaml", f"{merged}talks: []\n")


SAMPLES = {
    "c.ics": calendar(
        *(event(f":2031110{n}T100000Z", f"Ropes {n} - Ada Byron") for n in range(1, 5)),
        head="X-WR-TIMEZONE:Asia/Tokyo",
    ),
    "c.csv": ",".join(COLUMNS) + "\nEU 2021,1,Ropes,Ada Byron,,,\n" * 4,
    "c.json": json.dumps([{"title": "Ropes", "day": 1, "speakers": ["Ada Byron"]}] * 4),
    "d.json": FRAB_JSON,
    "c.xml": FRAB_XML,
    "c.yaml": "- {title: Ropes, day: 1, speakers: [Ada Byron]}\n" * 4,
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    at=st.integers(0, 2000),
    noise=st.binary(max_size=12),
    cut=st.integers(0, 30),
)
def test_any_damage_is_entries_or_one_line(
    tmp_path: Path, name: str, at: int, noise: bytes, cut: int
) -> None:
    """Bytes changed, cut out or put in give talks and faults, or the one error; never anything else."""
    data = SAMPLES[name].encode()
    at %= len(data)
    (tmp_path / name).write_bytes(data[:at] + noise + data[at + cut :])
    said: tuple[str, ...] = ()
    try:
        said = read_catalogue(tmp_path / name).faults
    except CatalogueError as error:
        said = (str(error),)

    assert all("\n" not in line for line in said)
