# One image for every process; compose.yml names the command of each. The model is trained while building,
# so a container starts with a model that fits its data.
FROM python:3.10-slim AS build
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1
# A mirror: docker build --build-arg PIP_INDEX_URL=https://... .
ARG PIP_INDEX_URL=https://pypi.org/simple
RUN pip install --no-cache-dir --index-url "$PIP_INDEX_URL" uv
COPY requirements.lock ./
RUN uv venv --python /usr/local/bin/python3.10 .venv \
    && uv pip sync --no-cache --require-hashes --index-url "$PIP_INDEX_URL" --python .venv/bin/python requirements.lock

FROM python:3.10-slim
RUN useradd --system --uid 10001 --create-home xiaobao \
    && mkdir -p /var/lib/xiaobao && chown xiaobao:xiaobao /var/lib/xiaobao
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --chown=xiaobao:xiaobao . .
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    XIAOBAO_DATA=/var/lib/xiaobao \
    RASA_TELEMETRY_ENABLED=false
RUN chown xiaobao:xiaobao /app /app/models
USER xiaobao
RUN XIAOBAO_DATA=/tmp/train python -m xiaobao.training && rm -rf /tmp/train .rasa
VOLUME /var/lib/xiaobao
CMD ["python", "-m", "xiaobao.start"]
