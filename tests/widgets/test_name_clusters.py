"""Clusters under review: the choice, the members left out, and what agreeing means."""

from __future__ import annotations

import pandas as pd
import pytest

from callerid_analytics import duplicates
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.widgets.renaming.name_clusters import Clusters

NAMES = ["Acme Sales", "acme sales", "Acme Sales", "ACME SALES", "Desk", "Desk", "Lobby Bar", "lobby bar"]


@pytest.fixture
def clusters() -> Clusters:
    return Clusters(duplicates.find_key_collisions(pd.DataFrame({"friendly_name": NAMES})))


def test_the_largest_cluster_comes_first_and_its_most_frequent_name_is_chosen(clusters: Clusters) -> None:
    assert [cluster.names for cluster in clusters.all] == [
        {"Acme Sales": 2, "acme sales": 1, "ACME SALES": 1},
        {"Lobby Bar": 1, "lobby bar": 1},
    ]
    assert [cluster.chosen for cluster in clusters.all] == ["Acme Sales", "Lobby Bar"]


def test_names_that_are_only_repeated_are_no_cluster() -> None:
    assert len(Clusters(duplicates.find_similar_names(pd.DataFrame({"friendly_name": ["Desk", "Desk"]})))) == 0
    assert len(Clusters(duplicates.find_similar_names(pd.DataFrame({"friendly_name": []}, dtype="str")))) == 0


def test_a_member_that_is_left_out_keeps_its_name(clusters: Clusters) -> None:
    clusters.all[0].left_out.add("ACME SALES")
    assert clusters.merged([0, 1]) == {"acme sales": "Acme Sales", "lobby bar": "Lobby Bar"}


def test_a_typed_name_goes_before_the_picked_one(clusters: Clusters) -> None:
    clusters.all[1].typed = "Lobby"
    assert clusters.merged([1]) == {"Lobby Bar": "Lobby", "lobby bar": "Lobby"}
    clusters.all[1].typed = " "
    assert clusters.merged([1]) == {"lobby bar": "Lobby Bar"}


def test_what_is_accepted_is_open_no_more(clusters: Clusters) -> None:
    clusters.accept([1])
    assert clusters.open == [0]


def test_where_nothing_would_change_that_is_said(clusters: Clusters) -> None:
    clusters.all[1].left_out.add("lobby bar")
    with pytest.raises(InvalidParameter, match="nothing to merge"):
        clusters.merged([1])
