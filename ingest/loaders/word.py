"""Word documents (DOCX): their text as extracted, which stands for the source from here on."""

from __future__ import annotations

import io
import zipfile

from ingest.loaders.blocks import FormatError, LoadedText, Run
from ingest.loaders.html import reader as html
from ingest.loaders.rewriting import located

_MOST_BYTES = 100_000_000  # of the parts that are unpacked; a document of a thousand pages has five
_PARTS = ("word/", "_rels/", "[Content_Types].xml", "docProps/")
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""


def read(data: bytes) -> LoadedText:
    """Read a Word document.

    Args:
        data: The file.

    Returns:
        The words as a page shows them. Offsets are those of the text as extracted. Comments, deleted words,
        headers, footers and pictures are not in it.

    Raises:
        FormatError: It is none.
    """
    import mammoth

    _check(data)
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_picture)
        )
    except Exception as error:  # the library has no error of its own: a damaged part raises whatever it meets
        raise FormatError(f"{type(error).__name__}: {error}") from error
    loaded = html.read(converted.value)
    runs = (Run(0, len(loaded.text), 0, len(loaded.text)),) if loaded.text else ()
    return LoadedText(
        loaded.text, located(loaded.blocks, runs, loaded.text), runs, {**loaded.meta, **_properties(data)}
    )


def _no_picture(_: object) -> dict[str, str]:
    """Give no picture: its bytes would stand in the page."""
    return {}


def _check(data: bytes) -> None:
    """Refuse what would be too much to unpack.

    Raises:
        FormatError: It is no archive with a document in it, or too large a one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [part for part in archive.infolist() if part.filename.startswith(_PARTS)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FormatError(str(error)) from error
    if not any(part.filename == "word/document.xml" for part in parts):
        raise FormatError("it holds no word/document.xml")
    texts = sum(part.file_size for part in parts if not part.filename.startswith("word/media/"))
    if texts > _MOST_BYTES:
        raise FormatError(f"it unpacks to {texts:,} bytes")


def _properties(data: bytes) -> dict[str, str | tuple[str, ...]]:
    """Read title and author, where the document says them."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = ElementTree.fromstring(archive.read("docProps/core.xml"))
    except (
        KeyError,
        ElementTree.ParseError,
        DefusedXmlException,
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
    ):
        return {}
    told = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root}
    return {
        name: value
        for name, key in (("title", "title"), ("author", "creator"), ("date", "created"))
        if (value := told.get(key))
    }
