"""The tree of blocks."""

import pytest

from portal.emails.rules import document as tree
from portal.emails.rules.document import Document, Spot
from portal.kernel.errors import NotFound, Refused


def doc(*kinds: str) -> Document:
    made = tree.empty()
    for kind in kinds:
        made = tree.insert(made, tree.make(kind), Spot())
    return made


def ids(document: Document) -> list[str]:
    return [block["id"] for block in document["blocks"]]


def inside(document: Document, section: str) -> list[list[str]]:
    return [[child["id"] for child in column] for column in tree.find(document, section)["columns"]]


def test_blocks_come_in_where_they_are_put_and_the_old_tree_stays() -> None:
    old = doc("heading", "text")
    new = tree.insert(old, tree.make("button"), Spot("", 0, 1))
    assert (ids(old), ids(new)) == (["b1", "b2"], ["b1", "b3", "b2"])


def test_a_block_moves_into_a_column_and_out_again() -> None:
    document = doc("heading", "section", "text")
    moved = tree.move(document, "b1", Spot("b2", 1))
    assert (ids(moved), inside(moved, "b2")) == (["b2", "b3"], [[], ["b1"]])
    assert ids(tree.move(moved, "b1", Spot("", 0, 0))) == ["b1", "b2", "b3"]


def test_arrows_move_among_neighbours_and_leave_a_column_at_its_end() -> None:
    document = tree.move(tree.move(doc("heading", "section", "text"), "b1", Spot("b2", 0)), "b3", Spot("b2", 0))
    assert inside(tree.shift(document, "b3", -1), "b2") == [["b3", "b1"], []]
    assert ids(tree.shift(document, "b3", 1)) == ["b2", "b3"]
    assert ids(tree.shift(document, "b1", -1)) == ["b1", "b2"]
    assert ids(tree.shift(doc("heading", "text"), "b1", -1)) == ["b1", "b2"]


def test_a_copy_has_ids_of_its_own_with_all_in_it() -> None:
    document = tree.move(doc("heading", "section"), "b1", Spot("b2", 0))
    copied = tree.duplicate(document, "b2")
    assert ids(copied) == ["b2", "b3"]
    assert inside(copied, "b3") == [["b4"], []]


def test_columns_stand_in_no_column() -> None:
    with pytest.raises(Refused, match="inside columns"):
        tree.move(doc("section", "section"), "b1", Spot("b2", 0))


def test_fewer_columns_lose_nothing() -> None:
    document = tree.update(doc("section", "heading", "text"), "b1", {"layout": "1-1-1"})
    document = tree.move(tree.move(document, "b2", Spot("b1", 1)), "b3", Spot("b1", 2))
    assert inside(tree.update(document, "b1", {"layout": "1-1"}), "b1") == [[], ["b2", "b3"]]


def test_what_is_gone_says_so() -> None:
    for act in (
        lambda: tree.remove(doc("text"), "b9"),
        lambda: tree.move(doc("text"), "b1", Spot("b9", 0)),
        lambda: tree.move(doc("text", "section"), "b1", Spot("b2", 7)),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_tree_has_an_end() -> None:
    document = {"blocks": [tree.make("text") | {"id": f"b{n}"} for n in range(tree.MOST_BLOCKS)]}
    with pytest.raises(Refused, match="at most"):
        tree.insert(document, tree.make("text"), Spot())
