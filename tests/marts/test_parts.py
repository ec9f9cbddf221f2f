"""Parts of the customers: which there are, and that no small cell can be worked out from what is shown."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crmwb.errors import CrmwbError
from crmwb.marts.part import Part, hidden_rows, parse, require, shown_parts
from crmwb.marts.suppression import hidden, hidden_groups


def solutions(table: pd.DataFrame, out: pd.DataFrame) -> list[set[int]]:
    """Return the values that each hidden cell can have, given the shown cells and all sums of lines with shown ones."""
    n, mask = table.to_numpy(), out.to_numpy()
    places = np.argwhere(mask)
    most = [int(min(n[i].sum(), n[:, j].sum())) for i, j in places]
    values: list[set[int]] = [set() for _ in places]
    for guess in itertools.product(*(range(1, m + 1) for m in most)):
        tried = n.copy()
        tried[mask] = guess
        rows = [(tried[i].sum() == n[i].sum()) or not n[i][~mask[i]].any() for i in range(n.shape[0])]
        columns = [(tried[:, j].sum() == n[:, j].sum()) or not n[:, j][~mask[:, j]].any() for j in range(n.shape[1])]
        if all(rows) and all(columns):
            for known, value in zip(values, guess, strict=True):
                known.add(value)
    return values


@pytest.mark.parametrize(
    "rows",
    [
        [[6, 1], [5, 4]],
        [[1, 4, 4], [4, 1, 4]],
        [[1, 4, 0], [3, 4, 4]],
        [[4, 2], [3, 4], [4, 3]],
    ],
)
def test_a_hidden_cell_cannot_be_worked_out_by_subtraction(rows):
    table = pd.DataFrame(rows)
    out = hidden(table, 3)
    small = (table > 0) & (table < 3)
    assert out.to_numpy()[small.to_numpy()].all()
    assert all(len(known) > 1 for known in solutions(table, out))


def connected(edges: list[tuple[str, str]], one: str, other: str) -> bool:
    """Return whether there is a way between two nodes."""
    reached, size = {one}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {node for edge in edges if reached & set(edge) for node in edge}
    return other in reached


@pytest.mark.parametrize("seed", range(20))
def test_no_hidden_cell_of_a_large_table_follows_from_sums(seed):
    rng = np.random.default_rng(seed)
    n = rng.poisson(rng.uniform(3, 12, (7, 1)), (7, 4))
    out = hidden(pd.DataFrame(n), 5).to_numpy()
    assert out[(n > 0) & (n < 5)].all()
    # Rows and columns are nodes, hidden cells edges; what is hidden in whole has no sum and counts as one node. A cell
    # can have another value where a way round it leads back.
    row = [f"row {i}" if n[i][~out[i]].any() else "no sum" for i in range(7)]
    column = [f"column {j}" if n[:, j][~out[:, j]].any() else "no sum" for j in range(4)]
    edges = [(row[i], column[j]) for i, j in np.argwhere(out)]
    for place, edge in enumerate(edges):
        assert connected(edges[:place] + edges[place + 1 :], *edge)


def test_nothing_is_hidden_where_nothing_is_small():
    table = pd.DataFrame([[9, 0, 7], [8, 6, 9]])
    assert not hidden(table).to_numpy().any()
    assert hidden_groups(pd.Series({"north": 9, "south": 80})) == []


def test_a_small_group_is_never_hidden_alone():
    assert hidden_groups(pd.Series({"east": 30, "north": 3, "south": 80})) == ["east", "north"]
    customers = pd.DataFrame({"region": ["east"] * 30 + ["north"] * 3 + ["south"] * 80})
    assert shown_parts(customers, "region") == [Part("region", "south")]
    with pytest.raises(CrmwbError, match=r"cut region=north: fewer than 5 customers, or needed to hide a part"):
        require(Part("region", "north"), customers)
    with pytest.raises(CrmwbError, match=r"no customer has it \(region is one of: east, north, south\)"):
        require(Part("region", "west"), customers)


def test_rows_are_hidden_in_the_table_of_all_parts():
    low = {"north": 98, "south": 60, "east": 50}
    rows = [(region, "low" if i < n else "at_risk") for region, n in low.items() for i in range(100)]
    whole = pd.DataFrame(rows, columns=["region", "risk_class"])
    shown = {name: set(hidden_rows(whole, Part("region", name), "risk_class", ["low", "at_risk"])) for name in low}
    assert shown == {"north": {True}, "south": {False}, "east": {True}}  # of the others, the next smallest


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("region", "write a column and a value"),
        ("gender=f", "customers are not cut by it"),
        ("region=", "write a column"),
    ],
)
def test_a_cut_that_is_none_is_refused(text, reason):
    with pytest.raises(CrmwbError, match=reason):
        parse(text)
