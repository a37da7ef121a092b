"""The collection finds objects by several properties in logarithmic time."""

import doctest
import pickle
from typing import Any

import multi_indexed_collection
import pytest
from BTrees.OOBTree import OOBTree
from hypothesis import given, settings
from hypothesis import strategies as st
from multi_indexed_collection import DuplicateIndexError
from persistent import Persistent

import pydash_database.collection
from pydash_database import MultiIndexedPersistentCollection


class Person(Persistent):
    def __init__(self, key: Any, name: Any = None, town: Any = None) -> None:
        self.id, self.name, self.town = key, name, town


class CountingInt(int):
    """An int that counts its comparisons."""

    comparisons = 0

    def __lt__(self, other: int) -> bool:
        CountingInt.comparisons += 1
        return int(self) < int(other)

    def __eq__(self, other: object) -> bool:
        CountingInt.comparisons += 1
        return isinstance(other, int) and int(self) == int(other)

    __hash__ = int.__hash__


@pytest.fixture
def people() -> MultiIndexedPersistentCollection:
    return MultiIndexedPersistentCollection({"id", "name"}, non_unique={"town"})


def test_it_finds_an_object_by_each_property(people: MultiIndexedPersistentCollection) -> None:
    alice = Person(1, "Alice", "Groningen")
    people.add(alice)
    assert people.find("id", 1) is people["name", "Alice"] is alice
    assert ("id", 1) in people
    assert ("id", 2) not in people


def test_it_does_not_index_none(people: MultiIndexedPersistentCollection) -> None:
    people.add(Person(1))
    people.add(Person(2))
    assert len(people) == 2


def test_it_refuses_a_duplicate_and_changes_nothing(
    people: MultiIndexedPersistentCollection,
) -> None:
    people.add(Person(1, "Alice"))
    with pytest.raises(DuplicateIndexError):
        people.add(Person(2, "Alice"))
    assert len(people) == 1
    assert ("id", 2) not in people


def test_it_refuses_an_update_to_a_duplicate_and_changes_nothing(
    people: MultiIndexedPersistentCollection,
) -> None:
    alice, bob = Person(1, "Alice"), Person(2, "Bob")
    people.add(alice)
    people.add(bob)
    bob.name = "Alice"
    with pytest.raises(DuplicateIndexError):
        people.update_item(bob)
    assert people.find("name", "Alice") is alice
    assert people.find("name", "Bob") is bob


def test_adding_an_object_twice_changes_nothing(people: MultiIndexedPersistentCollection) -> None:
    alice = Person(1, "Alice")
    people.add(alice)
    people.add(alice)
    assert len(people) == 1


def test_an_unknown_object_cannot_be_removed_or_updated(
    people: MultiIndexedPersistentCollection,
) -> None:
    people.add(Person(1, "Alice"))
    impostor = Person(1, "Mallory")
    for change in (people.remove, people.update_item):
        with pytest.raises(KeyError):
            change(impostor)
    assert people.find("id", 1).name == "Alice"


def test_the_key_must_be_one_of_the_properties() -> None:
    with pytest.raises(ValueError, match="`id`"):
        MultiIndexedPersistentCollection({"name"})


@pytest.mark.parametrize("operation", ["add", "find", "update", "remove", "all_with"])
def test_it_takes_logarithmic_time(operation: str) -> None:
    size = 5_000
    people = MultiIndexedPersistentCollection({"id", "name"}, non_unique={"town"})
    for number in range(size):
        people.add(Person(CountingInt(number), CountingInt(number), CountingInt(number % 1_000)))
    one = Person(CountingInt(size), CountingInt(size), CountingInt(1))
    if operation in ("update", "remove"):
        people.add(one)
    CountingInt.comparisons = 0
    if operation == "add":
        people.add(one)
    elif operation == "find":
        people.find("name", CountingInt(77))
    elif operation == "update":
        one.name = CountingInt(size + 1)
        people.update_item(one)
    elif operation == "remove":
        people.remove(one)
    else:
        assert len(list(people.all_with("town", CountingInt(1)))) == size // 1_000
    # A lookup costs up to two comparisons per level of a binary search; 13 ≈ log2(size).
    assert CountingInt.comparisons < 15 * 2 * 13


Values = st.integers(0, 5)
Steps = st.lists(
    st.tuples(st.sampled_from(["add", "update", "remove"]), Values, Values, st.none() | Values)
)


@given(Steps)
@settings(max_examples=200, deadline=None)
def test_its_indexes_agree_with_a_model(steps: list[tuple[str, int, int, int | None]]) -> None:
    people = MultiIndexedPersistentCollection({"id", "name"}, non_unique={"town"})
    model: dict[int, Person] = {}
    for action, key, name, town in steps:
        is_taken = any(person.name == name for person in model.values() if person.id != key)
        if action == "remove" and key in model:
            people.remove(model.pop(key))
        elif action == "add" and key not in model and not is_taken:
            model[key] = Person(key, name, town)
            people.add(model[key])
        elif action == "update" and key in model and not is_taken:
            model[key].name, model[key].town = name, town
            people.update_item(model[key])
        _assert_same(people, model)


def _assert_same(people: MultiIndexedPersistentCollection, model: dict[int, Person]) -> None:
    expected = [model[key] for key in sorted(model)]
    assert list(people) == list(people.values()) == expected
    assert len(people) == len(model)
    assert {name: person.id for name, person in people.items("name")} == {
        person.name: person.id for person in expected
    }
    for town in range(6):
        assert list(people.all_with("town", town)) == [
            person for person in expected if person.town == town
        ]


def test_it_survives_pickling() -> None:
    people = MultiIndexedPersistentCollection({"id"})
    people.add(Person(1, "Alice"))
    assert pickle.loads(pickle.dumps(people)).find("id", 1).name == "Alice"


def test_the_examples_of_the_library_hold_for_it() -> None:

    class Indexed(MultiIndexedPersistentCollection):
        def __init__(self, properties: set[str]) -> None:
            super().__init__(properties, key="user_id")

    class User:
        def __init__(self, name: str, user_id: int) -> None:
            self.name, self.user_id = name, user_id

    john, pete, lara = User("John", 1), User("Pete", 2), User("Lara", 3)
    names = {"User": User, "john": john, "pete": pete, "lara": lara}
    base = multi_indexed_collection.MultiIndexedCollection
    for method in ("add", "find", "__getitem__", "remove", "__len__", "__contains__"):
        globs = {**names, "MultiIndexedCollection": Indexed}
        (example,) = [
            test
            for test in doctest.DocTestFinder(recurse=False).find(getattr(base, method), method)
            if test.examples
        ]
        example.globs = globs
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(example, out=report.append)
        assert not runner.failures, "".join(report)


def test_the_library_cannot_keep_objects_in_btrees() -> None:
    """This is why methods are replaced; if it fails, the library may have learnt to."""
    library = multi_indexed_collection.MultiIndexedCollection({"id"}, dict_type=OOBTree)
    with pytest.raises(TypeError, match="default comparison"):
        library.add(Person(1))


def test_the_library_would_take_linear_time_on_btrees() -> None:
    library = multi_indexed_collection.MultiIndexedCollection({"id"}, dict_type=OOBTree)
    library._propdict = {}
    for number in range(1_000):
        library.add(Person(CountingInt(number)))
    CountingInt.comparisons = 0
    library.add(Person(CountingInt(1_000)))
    assert CountingInt.comparisons > 1_000


def test_its_example_runs() -> None:
    failures, examples = doctest.testmod(pydash_database.collection)
    assert (failures, examples > 0) == (0, True)
