# The site and its worker in one image: packages are installed, catalogues compiled and static files collected when it is
# built; it runs as a user without rights, holds no secret, and writes only below /data and /tmp.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY manage.py ./
COPY forum forum
COPY moderation moderation
COPY models models
COPY static static
RUN DRAFTROOM_MODE=demonstration DATA_DIR=/tmp/build STATIC_ROOT=/app/collected \
    /venv/bin/python manage.py prepare --files \
    && /venv/bin/python -m compileall -q forum moderation models

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 draftroom \
    && useradd --system --uid 10001 --gid draftroom --home-dir /data --shell /usr/sbin/nologin draftroom \
    && install --directory --owner draftroom --group draftroom /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY bin/_health.py /app/bin/_health.py
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/collected \
    BIND_ADDRESS=0.0.0.0 \
    PORT=8000
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "bin/_health.py"]
CMD ["python", "manage.py", "run_site"]
