"""The metrics of the comparison of providers' records with the log, declared once."""

from prometheus_client import Counter, Gauge

findings_total = Counter(
    "compliance_completeness_findings_total",
    "Differences found between providers' records and the log",
    ("provider", "rule"),
)
runs_total = Counter(
    "compliance_completeness_runs_total", "Days compared; result: compared, failed", ("provider", "result")
)
days_behind = Gauge(
    "compliance_completeness_days_behind", "Days that are due and were not compared", ("provider",)
)
