#!/bin/bash
# Writes prometheus.yml from .env.
set -euo pipefail
cd "$(dirname "$0")"
set -a
. ./.env
set +a
cat > prometheus.yml <<YML
global:
  scrape_interval: ${PROMETHEUS_SCRAPE_INTERVAL:-15s}
  evaluation_interval: ${PROMETHEUS_SCRAPE_INTERVAL:-15s}

rule_files:
  - "alerts.yml"

scrape_configs:
  - job_name: 'agent-orchestrator'
    metrics_path: /metrics
    static_configs:
      - targets: ['${API_HOST:-localhost}:${API_PORT:-8000}']

  - job_name: 'prometheus'
    static_configs:
      - targets: ['localhost:${PROMETHEUS_PORT:-9090}']
YML
echo "prometheus.yml scrapes ${API_HOST:-localhost}:${API_PORT:-8000}"
