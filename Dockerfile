# The reference graph as a container. Addresses and secrets come from the environment of its run:
#   docker build -t onehop .
#   docker run -p 8000:8000 -e GATEWAY_BACKENDS__USERS=lambda:users-prod -e GATEWAY_BACKENDS__CATALOGUE=https://... onehop
# GraphiQL is not in it: production serves none.
# Not the slim one: what every request runs through is compiled here.
FROM python:3.13 AS build
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore 'uv==0.13.*'
WORKDIR /source
RUN uv venv --no-python-downloads /app/.venv
ENV VIRTUAL_ENV=/app/.venv
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY gateway gateway
# Versions and hashes are the lock's; of what it locks only what the gateway needs is installed.
ENV HATCH_BUILD_HOOKS_ENABLE=1
RUN uv pip install --no-cache --compile-bytecode --constraint requirements.lock '.[aws]'

FROM python:3.13-slim
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY schema schema
COPY resolvers resolvers
COPY dataloaders dataloaders
# What is installed is compiled already; nobody may write here later.
RUN python -m compileall -q schema resolvers dataloaders
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Nobody in particular: it owns nothing here.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
# Process 1 hears SIGTERM and lets requests under way end, for `shutdown_s` at most.
CMD ["gateway", "serve", "--host", "0.0.0.0", "--port", "8000"]
