# The bot, the nightly job and the web page in one image, with an index of the recaps that ship with the project.
# By digest, so that the same image is built next year: `docker buildx imagetools inspect python:3.11-slim-bookworm` tells it, then
# `docker build --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:…`.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/confnotes
COPY requirements.lock pyproject.toml README.md LICENSE confnotes.py ./
COPY bot bot
COPY console console
COPY ingest ingest
COPY index index
# Each package is the very file whose hash stands in the lock.
RUN /opt/confnotes/bin/pip install --require-hashes --requirement requirements.lock \
 && /opt/confnotes/bin/pip install --no-deps . \
 && /opt/confnotes/bin/confnotes model fetch

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /data --create-home confnotes
COPY --from=build /opt/confnotes /opt/confnotes
COPY --chown=confnotes:confnotes notes /notes
ENV PATH=/opt/confnotes/bin:$PATH \
    ORT_DISABLE_TELEMETRY=1 \
    PYTHONUNBUFFERED=1 \
    CONFNOTES_NOTES=/notes \
    CONFNOTES_INDEX_DIR=/data/index \
    CONFNOTES_STORE=/data/bot.sqlite
USER confnotes
WORKDIR /data
RUN confnotes ingest /notes
CMD ["confnotes", "bot"]
