# One image for every Airflow process and for the demo's sandbox.
FROM python:3.11-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
# Airflow's Celery provider reaches into Celery itself: better no image than one whose scheduler can't start.
RUN /opt/venv/bin/python -c "import airflow.providers.celery.executors.celery_executor"

FROM python:3.11-slim-bookworm
RUN useradd --uid 50000 --create-home lodestar \
    && install -d -o lodestar -g lodestar /data /data/published /opt/airflow /opt/airflow/logs
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY pyproject.toml sources.toml ./
COPY dags dags
COPY extractors extractors
COPY warehouse warehouse
COPY dbt_project dbt_project
COPY expectations expectations
COPY report report
COPY sandbox sandbox
COPY deploy deploy
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/app/dags \
    DATA_DIR=/data \
    DO_NOT_TRACK=1 \
    GX_ANALYTICS_ENABLED=false
USER lodestar
