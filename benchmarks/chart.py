"""The report as a picture: progress, rates, CPU by process, latency."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.report import Report


def draw(report: Report, path: Path) -> None:
    """Write `path` with .svg and .png."""
    figure, axes = plt.subplots(2, 2, figsize=(12, 8), constrained_layout=True)
    found = report.as_object()
    _progress(axes[0][0], report)
    _rates(axes[0][1], found)
    _cpu(axes[1][0], found)
    _latency(axes[1][1], report)
    figure.suptitle(f"Recoup pipeline, {found['cases']:,} cases, {found['kafka']} Kafka")
    for suffix in (".svg", ".png"):
        figure.savefig(path.with_suffix(suffix), dpi=120)
    plt.close(figure)


def _progress(axes: Axes, report: Report) -> None:
    seconds = [point[0] for point in report.whole.curve]
    for column, name in enumerate(("contacted", "audited", "reported"), start=1):
        axes.plot(seconds, [point[column] for point in report.whole.curve], label=name)
    axes.set(xlabel="seconds", ylabel="cases", title="Cases complete")
    axes.legend()


def _rates(axes: Axes, found: dict[str, Any]) -> None:
    rates = {"platform": found["cases_per_second"]}
    rates |= {
        name: found[name]["cases_per_second"] for name in ("floor", "traffic_floor", "peer") if found[name]
    }
    bars = axes.bar(list(rates), list(rates.values()))
    axes.bar_label(bars, fmt="{:,.0f}")
    axes.set(yscale="log", ylabel="cases a second (log)", title="Beside floor and peer")


def _cpu(axes: Axes, found: dict[str, Any]) -> None:
    spent = {name: value * 1000 for name, value in found["cpu_seconds_per_case"].items() if name != "total"}
    names = sorted(spent, key=lambda name: spent[name])
    bars = axes.barh(names, [spent[name] for name in names])
    axes.margins(x=0.12)
    axes.bar_label(bars, fmt="{:.3f}")
    total = found["cpu_seconds_per_case"]["total"] * 1000
    axes.set(xlabel="CPU milliseconds a case", title=f"Where the time goes ({total:.2f} ms a case)")


def _latency(axes: Axes, report: Report) -> None:
    times = report.whole.latencies_ms
    axes.plot(times, [(number + 1) / len(times) for number in range(len(times))])
    axes.set(xlabel="milliseconds", ylabel="share of cases", title="Published to reported, not saturated")
    axes.set_xlim(left=0)
    axes.grid(visible=True, alpha=0.3)
