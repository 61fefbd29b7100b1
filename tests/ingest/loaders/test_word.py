"""Word documents: headings, lists, links and tables; remarks are never read."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import RecapError
from ingest.loaders import load_bytes

from .soundness import assert_sound

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def paragraph(words: str, style: str = "", more: str = "") -> str:
    """Write one paragraph."""
    given_ = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{given_}<w:r><w:t>{words}</w:t></w:r>{more}</w:p>"


def document(body: str, **parts: str) -> bytes:
    """Write a document as Word packs it."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name.lower().replace("heading", "heading ")}"/></w:style>'
        for name in ("Heading1", "Heading2", "Title")
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {RELS}><Relationship Id="r1" Type="{KIND}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships {RELS}><Relationship Id="r2" Type="{KIND}/hyperlink" TargetMode="External" '
        f'Target="https://pier.example/s"/><Relationship Id="r3" Type="{KIND}/comments" Target="comments.xml"/>'
        f'<Relationship Id="r4" Type="{KIND}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        "word/comments.xml": f'<w:comments {W}><w:comment w:id="0" w:author="Eve">{paragraph("secret remark")}</w:comment></w:comments>',
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        **parts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


BODY = (
    paragraph("Harbour Days", "Heading1")
    + paragraph(
        "Ropes at Scale",
        "Heading2",
        '<w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
    )
    + '<w:p><w:hyperlink r:id="r2"><w:r><w:t>the slides</w:t></w:r></w:hyperlink><w:r><w:t xml:space="preserve"> are out </w:t></w:r>'
    "<w:del><w:r><w:delText>secret</w:delText></w:r></w:del><w:ins><w:r><w:t>now</w:t></w:r></w:ins></w:p>"
    + "<w:tbl><w:tr><w:tc>"
    + paragraph("Talk")
    + "</w:tc><w:tc>"
    + paragraph("Speaker")
    + "</w:tc></w:tr></w:tbl>"
)


def test_reads_the_text_as_extracted() -> None:
    """Blocks are those of a page; offsets are those of the readable text; remarks and struck words are not in it."""
    recap = load_bytes(document(BODY), "trip.docx")
    assert_sound(recap, recap.text)

    assert recap.format == "word"
    assert [(block.kind, block.level, recap.slice(block)) for block in recap.blocks] == [
        ("heading", 1, "Harbour Days"),
        ("heading", 2, "Ropes at Scale"),
        ("paragraph", 0, "the slides are out now"),
        ("table_row", 0, "Talk | Speaker"),
    ]
    assert recap.blocks[2].links[0].url == "https://pier.example/s"
    assert [block.line for block in recap.blocks] == [1, 3, 5, 7]
    assert "secret" not in recap.text


def test_says_who_wrote_it() -> None:
    """Title and author are the document's properties."""
    core = (
        '<p:coreProperties xmlns:p="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Trip</dc:title><dc:creator>Ada Byron</dc:creator></p:coreProperties>"
    )
    recap = load_bytes(document(BODY, **{"docProps/core.xml": core}), "trip.docx")

    assert (recap.meta["title"], recap.meta["author"]) == ("Trip", "Ada Byron")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04 broken", "no Word document that can be opened"),
        (document("<w:p>"), "no Word document that can be opened"),
        (document("", **{"word/media.txt": "x" * 100_000_001}), "unpacks to"),
    ],
)
def test_a_damaged_document_is_one_line(data: bytes, what: str) -> None:
    """Broken archives, broken parts and what would fill the memory are refused."""
    with pytest.raises(RecapError, match=what):
        load_bytes(data, "trip.docx")


@given(at=st.integers(0, 2000), noise=st.binary(min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_damage_is_read_or_refused(at: int, noise: bytes) -> None:
    """A byte changed anywhere gives words or the one error."""
    data = document(BODY)
    refused = ""
    try:
        load_bytes(data[:at] + noise + data[at + len(noise) :], "trip.docx")
    except RecapError as error:
        refused = str(error)

    assert "\n" not in refused
