"""What a plot says, read off its artists and not off its pixels."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from callerid_analytics import frames, plots
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


def regions(**counts: int) -> pd.DataFrame:
    region = [name if name != "missing" else None for name, count in counts.items() for _ in range(count)]
    return frames.conform(frames.empty().reindex(range(len(region))).assign(region=region, is_valid=True))


def created(*dates: str | None) -> pd.DataFrame:
    moments = pd.Series(pd.to_datetime(list(dates), utc=True))
    return frames.conform(frames.empty().reindex(range(len(dates))).assign(date_created=moments))


def bars(ax: Axes) -> dict[str, float]:
    """Region and total length of each bar, from the top down."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    lengths = [0.0] * len(labels)
    for container in ax.containers:
        for place, patch in enumerate(container.patches):
            lengths[place] += patch.get_width()
    return dict(zip(labels[::-1], lengths[::-1], strict=True))


def heights(ax: Axes) -> list[float]:
    """Height of the bar at each place from the first on; 0 where there is none."""
    found = {round(patch.get_center()[0]): patch.get_height() for patch in ax.containers[0].patches}
    return [found.get(place, 0) for place in range(max(found) + 1)]


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_regions_are_bars_the_largest_on_top(ax: Axes) -> None:
    plots.plot_regions(regions(FR=2, US=5, GB=3), ax=ax)
    assert bars(ax) == {"US": 5, "GB": 3, "FR": 2}
    assert ax.get_xlim()[0] == 0
    assert sorted(texts(ax)) == ["2", "3", "5"]


def test_the_rest_is_summed_up_and_the_unknown_is_shown(ax: Axes) -> None:
    plots.plot_regions(regions(US=5, GB=3, FR=2, DE=1, missing=4), ax=ax, top=2)
    assert bars(ax) == {"US": 5, "GB": 3, "other (2 regions)": 3, "unknown": 4}


def test_numbers_that_cannot_exist_are_told_apart(ax: Axes) -> None:
    frame = regions(US=3, missing=1)
    frame["is_valid"] = pd.array([True, False, None, False], dtype="boolean")
    plots.plot_regions(frame, ax=ax)
    valid, invalid = ([patch.get_width() for patch in container.patches[::-1]] for container in ax.containers)
    assert (valid, invalid) == ([2, 0], [1, 1])
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["valid, or no number", "cannot exist"]


@pytest.mark.parametrize(
    ("dates", "period", "wanted"),
    [
        (["2020-01-05", "2020-01-20", "2020-03-01"], "month", [2, 0, 1]),
        (["2015-01-05", "2019-12-31"], "quarter", [1, *[0] * 18, 1]),
        (["2009-08-21", "2009-08-22", "2011-01-01", "2026-01-01"], "year", [2, 0, 1, *[0] * 14, 1]),
        (["2020-01-05"], "month", [1]),
    ],
)
def test_creations_are_counted_in_periods_that_suit_the_span(
    ax: Axes, dates: list[str], period: str, wanted: list[int]
) -> None:
    plots.plot_created(created(*dates), ax=ax)
    assert heights(ax) == wanted
    assert f"by {period}" in ax.get_title(loc="left")
    assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        (["2020-01-05"], ["2020-01"]),
        (["2019-11-05", "2021-02-01"], ["2020-01", "2020-04", "2020-07", "2020-10", "2021-01"]),
        (["2015-05-05", "2020-12-31"], ["2016 Q1", "2017 Q1", "2018 Q1", "2019 Q1", "2020 Q1"]),
        (["2009-08-21", "2026-01-01"], ["2010", "2015", "2020", "2025"]),
    ],
)
def test_a_few_round_periods_are_named(ax: Axes, dates: list[str], wanted: list[str]) -> None:
    plots.plot_created(created(*dates), ax=ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == wanted


def test_impossible_dates_are_drawn_too(ax: Axes) -> None:
    moments = [datetime(1, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    frame = created(None, None, None).assign(date_created=pd.Series(moments, dtype=frames.INSTANT))
    plots.plot_created(frame, ax=ax)
    assert sum(heights(ax)) == 3
    assert len(ax.get_xticklabels()) < 10


@pytest.mark.parametrize("plot", [plots.plot_regions, plots.plot_created])
def test_one_lonely_bar_does_not_fill_the_picture(ax: Axes, plot: object) -> None:
    frame = regions(US=1).assign(date_created=created("2020-01-05")["date_created"])
    plot(frame, ax=ax)  # type: ignore[operator] # a plot
    (bar,) = ax.containers[0].patches
    breadth = min(bar.get_height() / abs(np.diff(ax.get_ylim())[0]), bar.get_width() / np.diff(ax.get_xlim())[0])
    assert breadth < 0.2


def test_there_is_no_legend_where_all_numbers_can_exist(ax: Axes) -> None:
    plots.plot_regions(regions(US=3), ax=ax)
    assert ax.get_legend() is None


def test_no_region_at_all_is_refused(ax: Axes) -> None:
    with pytest.raises(InvalidParameter):
        plots.plot_regions(regions(US=3), ax=ax, top=0)


def test_axes_that_are_given_need_no_pyplot() -> None:
    code = (
        "import sys; from matplotlib.figure import Figure; from callerid_analytics import frames, plots;"
        "plots.plot_regions(frames.empty(), ax=Figure().subplots());"
        "plots.plot_created(frames.empty(), ax=Figure().subplots());"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_rows_without_a_date_are_counted_in_the_title(ax: Axes) -> None:
    plots.plot_created(created("2020-01-05", None, None), ax=ax)
    assert "2 without a date" in ax.get_title(loc="left")


@pytest.mark.parametrize("plot", [plots.plot_regions, plots.plot_created])
def test_an_empty_frame_says_so(ax: Axes, plot: object) -> None:
    assert plot(frames.empty(), ax=ax) is ax  # type: ignore[operator] # a plot
    assert texts(ax) == ["No caller IDs to show"]


@pytest.mark.parametrize("plot", [plots.plot_regions, plots.plot_created, plots.overview])
def test_a_frame_without_the_column_is_refused(plot: object) -> None:
    with pytest.raises(ContractError, match="needs the column"):
        plot(pd.DataFrame({"sid": ["PN1"]}))  # type: ignore[operator] # a plot


def test_without_axes_a_new_figure_is_made_and_the_frame_is_left_alone() -> None:
    frame = regions(US=3)
    before = frame.copy()
    first, second = plots.plot_regions(frame), plots.plot_regions(frame)
    assert first.figure is not second.figure
    pd.testing.assert_frame_equal(frame, before)


def test_the_overview_has_both_and_a_line_of_figures() -> None:
    figure = plots.overview(regions(US=3, GB=1).assign(account_sid=pd.Categorical(["AC1"] * 4)))
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        "Caller IDs by region",
        "Caller IDs created (4 without a date)",
    ]
    assert figure.get_suptitle() == "4 caller IDs · 1 account · 2 regions"
    assert not plt.get_fignums(), "pyplot would show it a second time in a notebook"


def test_the_saved_overview_is_a_picture_that_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "overview.png"
    path.write_bytes(b"old")
    plots.save_overview(regions(US=3), path)
    assert path.read_bytes().startswith(b"\x89PNG\r\n")
    assert [file.name for file in tmp_path.iterdir()] == ["overview.png"]
    with pytest.raises(ExportError):
        plots.save_overview(regions(US=3), tmp_path / "missing" / "overview.png")


def test_matplotlib_is_not_loaded_by_importing_the_room() -> None:
    code = "import sys, callerid_analytics.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
