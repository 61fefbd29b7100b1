"""What the surroundings say about reading notes: environment variables that start with CONFNOTES_, and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from console.command import DEFAULT_INDEX_DIR


class IngestSettings(BaseSettings):
    """Where notes lie and where builds go."""

    model_config = SettingsConfigDict(
        env_prefix="CONFNOTES_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    index_dir: Path = Field(default=DEFAULT_INDEX_DIR, description="Folder of the published builds.")
    index: str = Field(
        default="",
        description="Object store that builds travel by, such as s3://BUCKET/PREFIX, gs:// or az://; empty: none.",
    )
    build_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Key that builds in the object store are signed with; with one, unsigned ones are refused.",
    )
    notes: Path = Field(
        default=Path("notes"), description="What `confnotes ingest` reads when no path is named."
    )
    catalogue: Path | None = Field(
        default=None,
        description="Catalogue of talks (CSV, YAML, JSON or ICS); empty: the one of sources.yaml.",
    )
    model: str | None = Field(
        default=None,
        description="Embedding model, a folder or a name; empty: the all-MiniLM-L6-v2 that ships.",
    )
    encoder_adapter: str | None = Field(
        default=None,
        description="Adapter of the embedding model: none, or a file; empty: the one that ships, for the model that ships.",
    )
    engine: Literal["local", "qdrant"] = Field(
        default="local",
        description="What finds the passages worth ranking: local, the build's own files, or qdrant.",
    )
    qdrant_url: str | None = Field(
        default=None, description="Address of the Qdrant server, for CONFNOTES_ENGINE=qdrant."
    )
    qdrant_api_key: SecretStr | None = Field(
        default=None, description="API key of the Qdrant server; empty: none."
    )
    qdrant_collection: str = Field(
        default="confnotes",
        pattern=r"^[\w-]{1,200}$",
        description="What the names of the collections begin with; every index folder needs its own.",
    )
    web_contact: str = Field(
        default="", description="Page or mailbox where the owners of sites that are read can complain."
    )
    web_allowed_hosts: str = Field(
        default="",
        description="Hosts of sources that may lead to inside addresses, as host or host:port, comma separated.",
    )
    keep_builds: int = Field(
        default=3, ge=1, description="How many builds stay on disk to go back to, the live one included."
    )
    gate: Path | None = Field(
        default=None,
        description="Questions that a build has to answer before it goes live; empty: those of sources.yaml.",
    )
    gate_margin: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="How far the gate's figures may fall from one build to the next.",
    )
    most_talks_lost: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Share of the talks that a build may lose; up to ten may always go.",
    )
    report_webhook: SecretStr | None = Field(
        default=None, description="Slack incoming webhook for the nightly report; empty: none."
    )
