"""The report for people, on a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(report: dict[str, Any], console: Console) -> None:
    """Print what matters, then where the time and the memory went."""
    console.print(_headline(report))
    table = Table("process", "CPU ms a case", "MB at rest", "MB loaded", "MB at the end", title="Processes")
    spent, memory = report["cpu_seconds_per_case"], report["memory_mb"]
    for name in sorted(spent, key=lambda one: -spent[one]):
        sizes = memory.get(name, {})
        moments = (f"{sizes[at]:.0f}" if at in sizes else "" for at in ("rest", "loaded", "end"))
        table.add_row(name, f"{spent[name] * 1000:.3f}", *moments)
    console.print(table)
    flow = Table("service", "events in/s", "events out/s", "records a batch", "ms a batch", title="Traffic")
    for name, traffic in report["events_per_second"].items():
        batch = report["batches"][name]
        rates = (f"{traffic['taken']:,.0f}", f"{traffic['given']:,.0f}")
        flow.add_row(name, *rates, f"{batch['records']:,.0f}", f"{batch['ms']:,.0f}")
    console.print(flow)
    if report["stages_ms"]:
        stages = Table("stage", "p50 ms", "p99 ms", title="Since the publication, not saturated")
        for name, times in report["stages_ms"].items():
            stages.add_row(name, f"{times['p50']:,.0f}", f"{times['p99']:,.0f}")
        console.print(stages)


def _headline(report: dict[str, Any]) -> Table:
    table = Table(title=f"The pipeline, on {report['kafka']} Kafka", show_header=False)
    table.add_row("complete cases a second", f"{report['cases_per_second']:,.0f}")
    for other in ("floor", "traffic_floor", "peer"):
        if report[other] is not None:
            rate = report[other]["cases_per_second"]
            table.add_row(f"ratio to the {other}", f"{report[f'ratio_to_{other}']} (it does {rate:,.0f})")
    if report["latency_ms"]:
        table.add_row(
            "latency, ms", "  ".join(f"{name} {value:,.0f}" for name, value in report["latency_ms"].items())
        )
    table.add_row("events a case", f"{report['events_per_case']}")
    sizes = (f"{name} {value:,.0f}" for name, value in report["bytes_per_case"].items())
    table.add_row("bytes a case", "  ".join(sizes))
    table.add_row("load before the run", f"{report['machine']['load_before'][0]}")
    return table
