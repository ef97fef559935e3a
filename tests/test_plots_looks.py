"""Every plot can be read: by any eye, in any size, in any writing, and leaves the outside as it was."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from callerid_analytics import Client, Sandbox, frames, load, plots
from callerid_analytics.errors import ContractError, InvalidParameter
from callerid_analytics.plots import bars as drawing
from callerid_analytics.plots import changes, findings, lettering
from tests.test_plots import bars, regions, texts

# Machado, Oliveira and Fernandes, 2009, severity 1.0, on linear RGB:
# https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html
EYES = {
    "grey print": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LONG = "Greifswald Textiles and Sons International Holdings, "
AccountPlot = Callable[..., Axes]
BY_ACCOUNT = [plots.plot_duplicates, plots.plot_findings_by_account, plots.plot_changes]
OF_CALLER_IDS = [
    plots.plot_regions,
    plots.plot_number_types,
    plots.plot_created,
    plots.plot_updated,
    plots.plot_name_quality,
    plots.plot_duplicates,
]
OF_FINDINGS = [plots.plot_findings, plots.plot_findings_by_account]


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


def everything(rows: int) -> pd.DataFrame:
    """Return rows that each of the plots by account can draw, an account each."""
    sids = [f"AC{place:032x}" for place in range(rows)]
    frame = pd.DataFrame({"account_sid": sids, "phone_number": "+14155550100", "rule": "odd", "severity": "low"})
    return frame.assign(change="added", account_name=[f"{LONG}{place}" for place in range(rows)])


@pytest.fixture(scope="module")
def crowd(practice: pd.DataFrame) -> pd.DataFrame:
    """Rows that every plot can draw, of 200 accounts with long names."""
    accounts = everything(200)["account_name"].to_numpy()[np.arange(2500) % 200]
    frame = practice.assign(account_name=accounts, account_sid=accounts, severity=["low", "high"] * 1250)
    return frame.assign(rule="somebody-elses-number-in-the-name", change=["added", "moved, renamed"] * 1250)


def drawn(ax: Axes) -> None:
    ax.figure.savefig(io.BytesIO(), format="png")  # type: ignore[union-attr] # no part of another figure here


def boxes(artists: Iterable[Artist]) -> list[Bbox]:
    return [artist.get_window_extent() for artist in artists]


def lightness(colour: str, eye: str) -> float:
    """Return CIE L* of a colour as an eye sees it, from 0 to 100."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    luminance = np.clip(np.array(EYES[eye]) @ linear, 0, 1) @ [0.2126, 0.7152, 0.0722]
    return float(116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance)


@pytest.mark.parametrize("plot", BY_ACCOUNT)
def test_accounts_go_by_their_names_cut_short_and_told_apart(ax: Axes, plot: AccountPlot) -> None:
    plot(everything(200), ax=ax)
    labels = list(bars(ax))
    assert labels[-1] == "other (185 accounts)"
    assert len(set(labels)) == 16
    assert all(label.startswith("Greifswald") and len(label) < 40 for label in labels[:-1])


@pytest.mark.parametrize("plot", BY_ACCOUNT)
def test_accounts_of_the_same_name_do_not_share_a_bar(ax: Axes, plot: AccountPlot) -> None:
    plot(everything(2).assign(account_name="Desk"), ax=ax)
    assert list(bars(ax)) == ["Desk (0000)", "Desk (0001)"]


@pytest.mark.parametrize("plot", BY_ACCOUNT)
@pytest.mark.parametrize("name", [None, "", " \n", "\u200b"])
def test_an_account_without_a_name_goes_by_its_sid(ax: Axes, plot: AccountPlot, name: str | None) -> None:
    plot(everything(2).assign(account_name=[name, "Desk"]), ax=ax)
    assert sorted(bars(ax)) == ["AC000000…000", "Desk"]


@pytest.mark.parametrize("plot", BY_ACCOUNT)
def test_names_in_any_writing_are_drawn_without_a_warning(ax: Axes, plot: AccountPlot) -> None:
    odd = [
        "ООО Ромашка",
        "نور",
        "$a_1$ & $\\b$",
        "Two\nlines",
        "\U0001f4a5 Boom",
        "\ue000Private",
        "a\u0301\u0302",
    ]
    unheard = "\U00012000"  # cuneiform, which even Last Resort has only as a box
    frame = everything(9).assign(account_name=[*odd, f"Sumer {unheard}", unheard])
    plot(frame, ax=ax)
    drawn(ax)
    labels = list(bars(ax))
    assert {"ООО Ромашка", "نور", "$a_1$ & $\\b$", "Two lines"} <= set(labels)
    assert not any(text.get_parse_math() for text in ax.get_yticklabels())


def test_a_letter_is_written_in_a_font_that_has_it() -> None:
    with mpl.rc_context({"font.family": "STIXGeneral"}):
        ax = plots.plot_changes(everything(1).assign(account_name="שלום"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            drawn(ax)
    (label,) = ax.get_yticklabels()
    assert label.get_text() == "שלום"
    assert label.get_fontfamily()[0] == "STIXGeneral"
    assert len(label.get_fontfamily()) > 1


def test_a_letter_that_no_font_has_is_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "_family_with", lambda character: None)
    assert lettering.drawable("\u6771\u4eac Tokyo") == "□□ Tokyo"
    frame = everything(2).assign(account_name=["\u6771\u4eac", "\u6771 Tokyo"])
    assert list(lettering.account_labels(frame).values()) == ["AC000000…000", "\u6771 Tokyo"]


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    "palette", [list(findings.SEVERITIES.values()), list(changes.COLOURS.values())], ids=["severities", "changes"]
)
def test_colours_go_from_dark_to_light_for_every_eye(palette: list[str], eye: str) -> None:
    steps = np.diff([lightness(colour, eye) for colour in palette])
    assert steps.min() > 10


@pytest.mark.parametrize("eye", EYES)
def test_plain_striking_and_faint_bars_differ_in_lightness_for_every_eye(eye: str) -> None:
    shades = [lightness(paint["color"], eye) for paint in (drawing.PLAIN, drawing.STRIKING, drawing.FAINT)]
    assert np.diff(shades).min() > 10
    assert drawing.STRIKING["hatch"]


@pytest.mark.parametrize("plot", [*OF_CALLER_IDS, *OF_FINDINGS, plots.plot_changes])
def test_an_empty_frame_says_so(ax: Axes, plot: AccountPlot) -> None:
    frame = frames.empty().assign(rule=[], severity=[], change=[])
    assert plot(frame, ax=ax) is ax
    (sentence,) = texts(ax)
    assert sentence.startswith("No ")
    drawn(ax)


@pytest.mark.parametrize("plot", [*OF_CALLER_IDS, *OF_FINDINGS, plots.plot_changes])
def test_a_frame_without_the_column_is_refused(plot: AccountPlot) -> None:
    before = plt.get_fignums()
    with pytest.raises(ContractError, match="needs the column"):
        plot(pd.DataFrame({"sid": ["PN1"]}))
    assert plt.get_fignums() == before, "nothing was drawn"


@pytest.mark.parametrize("plot", [plots.plot_findings, *BY_ACCOUNT])
def test_fewer_than_one_bar_are_refused(plot: AccountPlot) -> None:
    with pytest.raises(InvalidParameter):
        plot(everything(2), top=0)


@pytest.mark.parametrize(
    ("plot", "rows", "size"),
    [(plot, 2500, (4, 3)) for plot in [*OF_CALLER_IDS, *OF_FINDINGS, plots.plot_changes]]
    + [(plots.plot_name_quality, 1, (7, 4.5)), (plots.plot_changes, 1, (4, 3))],
)
def test_nothing_overlaps_and_nothing_is_cut_off(
    crowd: pd.DataFrame, plot: AccountPlot, rows: int, size: tuple[float, float]
) -> None:
    figure = Figure(figsize=size, layout="constrained")
    ax = plot(crowd.iloc[:rows], ax=figure.subplots())
    figure.draw_without_rendering()
    if not ax.axison:
        return
    whole = figure.bbox.padded(1)
    title = ax.findobj(lambda artist: isinstance(artist, Text) and artist.get_text() == ax.get_title(loc="left"))
    labels = boxes(ax.get_yticklabels())
    for box in [*labels, *boxes(ax.texts), *boxes(title)]:
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
    for line in (labels, boxes(ax.get_xticklabels())):
        assert not any(one.padded(-1).overlaps(next_.padded(-1)) for one, next_ in pairwise(line))
    if explanation := ax.get_legend():
        (box,) = boxes([explanation])
        assert not any(box.padded(-1).overlaps(bar.get_window_extent()) for bar in ax.patches)


def test_counts_have_thousands_separators_and_no_decimals(ax: Axes) -> None:
    plots.plot_regions(regions(US=1200, GB=2), ax=ax)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr] # no part of another figure here
    assert "1,200" in texts(ax)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "1,000" in labels or "1,200" in labels
    assert not any("." in label for label in labels)


@pytest.mark.parametrize("plot", [*OF_CALLER_IDS, *OF_FINDINGS, plots.plot_changes])
def test_bars_start_at_zero_and_nothing_of_the_outside_is_changed(
    practice: pd.DataFrame, plot: AccountPlot
) -> None:
    frame = practice.assign(rule="odd", severity="low", change="added")
    before, parameters = frame.copy(), dict(mpl.rcParams)
    ax = plot(frame)
    assert ax.figure is plt.gcf()
    assert min(ax.get_xlim()[0], ax.get_ylim()[0]) <= 0
    assert all(min(patch.get_x(), patch.get_y()) >= -1 for patch in ax.patches)
    pd.testing.assert_frame_equal(frame, before)
    assert dict(mpl.rcParams) == parameters
