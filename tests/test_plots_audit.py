"""Pictures of names, accounts, findings and changes: what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from callerid_analytics import Client, Sandbox, filters, frames, history, load, plots
from callerid_analytics.errors import ContractError
from callerid_analytics.plots import changes, findings, names
from tests.test_plots import bars, texts

AccountPlot = Callable[..., Axes]


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.fixture
def ax() -> Axes:
    return Figure(layout="constrained").subplots()


@pytest.fixture(scope="module")
def practice(shared_sandbox: Sandbox) -> pd.DataFrame:
    with Client.from_env(shared_sandbox.environ) as client:
        return load(client, accounts="all")


def named(*values: str | None, number: str | None = "+14155550100") -> pd.DataFrame:
    frame = frames.empty().reindex(range(len(values)))
    return frames.conform(frame.assign(friendly_name=list(values), phone_number=number))


def found(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rule", "severity", "account_sid"]).astype("category")


def lengths(ax: Axes, part: str) -> list[float]:
    """Return how long one part of each bar is, from the top down."""
    (container,) = (container for container in ax.containers if container.get_label() == part)
    return [patch.get_width() for patch in container.patches[::-1]]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


@pytest.mark.parametrize(
    ("name", "quality"),
    [
        ("Front desk", "nothing odd"),
        ("Büro 7", "nothing odd"),
        ("東京\u3000本社", "nothing odd"),
        ("\U0001f469\u200d\U0001f4bb Dev", "nothing odd"),
        ("12", "nothing odd"),
        (None, "no name"),
        ("", "no name"),
        (" \t", "no name"),
        ("(415) 555-0100", "still the number"),
        ("+14155550100", "still the number"),
        (" 415.555.0100", "still the number"),
        ("(415) 555-0199", "a different number"),
        ("Desk " * 13, "over 64 characters"),
        ("X" + "x" * 64, "over 64 characters"),
        ("X" + "x" * 63, "nothing odd"),
        ("Desk\u200b", "control characters"),
        ("De\x07sk", "control characters"),
        ("\u202eDesk", "control characters"),
        ("\ufeffDesk ", "control characters"),
        (" Desk", "stray white space"),
        ("Desk\n", "stray white space"),
        ("Front  desk", "stray white space"),
        ("Front\u00a0desk", "stray white space"),
        ("DESK 7", "ALL CAPS"),
        ("ÜBER", "ALL CAPS"),
        ("front desk", "all lower case"),
    ],
)
def test_a_name_has_one_quality(ax: Axes, name: str | None, quality: str) -> None:
    plots.plot_name_quality(named(name), ax=ax)
    assert {label: count for label, count in bars(ax).items() if count} == {quality: 1}


def test_a_number_as_a_name_is_no_different_number_where_the_rows_own_is_missing(ax: Axes) -> None:
    plots.plot_name_quality(named("(415) 555-0199", number=None), ax=ax)
    assert bars(ax)["nothing odd"] == 1


def test_the_qualities_add_up_and_agree_with_the_filter(ax: Axes, practice: pd.DataFrame) -> None:
    plots.plot_name_quality(practice, ax=ax)
    counts = bars(ax)
    assert sum(counts.values()) == len(practice)
    assert counts["still the number"] + counts["no name"] == len(filters.never_renamed(practice))
    assert legend(ax) == ["chosen", "chosen, but odd", "not chosen"]
    assert min(counts["ALL CAPS"], counts["all lower case"], counts["stray white space"]) > 100


@settings(max_examples=30)
@given(st.lists(st.one_of(st.none(), st.text(alphabet=" \t\u00a0\u200b+()-.0123456789aA\u0660É", max_size=14))))
def test_any_names_are_counted_once_each(values: list[str | None]) -> None:
    frame = named(*values, number="+442079460123")
    counts = names.count_qualities(frame)
    assert counts.sum() == len(frame)
    assert counts["no name"] == sum(not (value or "").strip() for value in values)


def test_number_types_are_bars_with_the_unknown_last(ax: Axes) -> None:
    frame = pd.DataFrame({"number_type": [None, "unknown", "fixed_line", "mobile", "mobile"], "is_valid": True})
    frame.loc[1, "is_valid"] = False
    plots.plot_number_types(frame.astype({"number_type": "category", "is_valid": "boolean"}), ax=ax)
    assert bars(ax) == {"mobile": 2, "fixed line": 1, "unknown": 2}
    assert lengths(ax, "cannot exist") == [0, 0, 1]


def test_updates_are_counted_by_the_column_of_updates(ax: Axes) -> None:
    moments = pd.Series(pd.to_datetime(["2020-01-05", "2020-02-01", None], utc=True))
    plots.plot_updated(pd.DataFrame({"date_updated": moments}), ax=ax)
    assert [patch.get_height() for patch in ax.patches] == [1, 1]
    assert ax.get_title(loc="left") == "Caller IDs last updated, by month (1 without a date)"


@pytest.mark.parametrize("plot", [plots.plot_created, plots.plot_updated])
def test_dates_that_are_text_are_refused(plot: AccountPlot) -> None:
    with pytest.raises(ContractError):
        plot(pd.DataFrame({"date_created": ["2020-01-05"], "date_updated": ["yesterday"]}))


def test_numbers_of_several_accounts_are_counted_in_each(ax: Axes) -> None:
    shared, own = "+14155550100", "+14155550101"
    frame = pd.DataFrame(
        [
            ("AC1", shared),
            ("AC1", shared),
            ("AC1", "+14155550102"),
            ("AC2", shared),
            ("AC2", "+14155550102"),
            ("AC3", shared),
            ("AC4", own),
            ("AC4", own),
            ("AC4", None),
            ("AC3", None),
            (None, own),
        ],
        columns=["account_sid", "phone_number"],
        index=[0] * 11,
    )
    plots.plot_duplicates(frame, ax=ax)
    assert bars(ax) == {"AC1": 2, "AC2": 2, "AC3": 1}
    assert "(1 row without an account left out)" in ax.get_title(loc="left").replace("\n", " ")


def test_no_shared_number_is_said(ax: Axes) -> None:
    plots.plot_duplicates(pd.DataFrame({"account_sid": ["AC1"], "phone_number": ["+14155550100"]}), ax=ax)
    assert texts(ax) == ["No number stands in more than one account"]


def test_findings_are_bars_by_rule_the_gravest_first(ax: Axes) -> None:
    rows = [("caps", "low", "AC1")] * 9 + [("copied", "high", "AC1")] * 2 + [("old", "medium", None)] * 3
    plots.plot_findings(found(*rows, ("copied", "info", "AC2")), ax=ax)
    assert bars(ax) == {"copied": 3, "old": 3, "caps": 9}
    assert lengths(ax, "high") == [2, 0, 0]
    assert legend(ax) == ["high", "medium", "low", "info"]
    colours = [container.patches[0].get_facecolor() for container in ax.containers]
    assert [mpl.colors.to_hex(colour).upper() for colour in colours] == list(findings.SEVERITIES.values())


def test_rules_that_do_not_fit_are_summed_up_the_mildest_first_to_go(ax: Axes) -> None:
    rows = [("a", "info", "AC1"), ("b", "low", "AC1"), ("c", "high", "AC1"), ("d", "info", "AC1")]
    plots.plot_findings(found(*rows), ax=ax, top=2)
    assert bars(ax) == {"c": 1, "b": 1, "other (2 rules)": 2}


def test_findings_by_account_are_bars_of_severities(ax: Axes) -> None:
    rows = [("a", "low", "AC2"), ("a", "high", "AC2"), ("b", "high", "AC1"), ("b", "info", None)]
    plots.plot_findings_by_account(found(*rows), ax=ax)
    assert bars(ax) == {"AC2": 2, "AC1": 1, "unknown": 1}
    assert lengths(ax, "high") == [1, 1, 0]


def test_a_missing_severity_is_shown_and_a_wrong_one_refused(ax: Axes) -> None:
    plots.plot_findings(found(("a", None, "AC1")), ax=ax)
    assert legend(ax) == ["unknown"]
    with pytest.raises(ContractError, match="'severe'"):
        plots.plot_findings(found(("a", "severe", "AC1")))


def test_changes_are_bars_by_account_and_the_legend_counts_the_kinds(ax: Axes) -> None:
    kinds = ["added", "renamed", "renamed", "moved, renamed", None]
    diff = pd.DataFrame({"change": kinds, "account_sid": ["AC1", "AC1", "AC2", "AC1", "AC1"]}).astype("category")
    plots.plot_changes(diff, ax=ax)
    assert bars(ax) == {"AC1": 4, "AC2": 1}
    assert legend(ax) == ["added (1)", "renamed (2)", "other changes (2)"]


def test_the_kinds_with_a_colour_are_kinds_that_a_difference_has() -> None:
    assert set(changes.COLOURS) - {"other changes"} <= set(history.KINDS)


@pytest.mark.parametrize("given", [True, False])
def test_the_overview_adds_findings_where_there_are_some(practice: pd.DataFrame, *, given: bool) -> None:
    sids = practice["account_sid"].dropna().unique()[:2]
    audit = found(("copied", "high", sids[0]), ("caps", "low", sids[1]))
    figure = plots.overview(practice, findings=audit) if given else plots.overview(practice)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles[2:] == (["Findings by rule", "Findings by account"] if given else [])
    assert figure.get_suptitle().endswith("2 findings") == given
    if given:
        assert set(bars(figure.axes[3])) <= set(practice["account_name"])
    assert not plt.get_fignums()


def test_the_overview_can_be_empty_altogether() -> None:
    figure = plots.overview(frames.empty(), findings=found())
    assert [len(ax.texts) for ax in figure.axes] == [1, 1, 1, 1]


def test_every_quality_is_explained() -> None:
    explained = plots.plot_name_quality.__doc__ or ""
    assert all(f"``{quality}``" in explained for quality in names.QUALITIES)
