"""A persistent collection whose objects can be found by several properties."""

from collections.abc import Iterable, Iterator
from typing import Any

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from multi_indexed_collection import DuplicateIndexError, MultiIndexedCollection
from persistent import Persistent


class MultiIndexedPersistentCollection(MultiIndexedCollection, Persistent):
    """Stores persistent objects so that each can be found by any of its indexed properties.

    Adding, finding, updating and removing take logarithmic time and touch a few small tree nodes,
    so transactions that change different objects rarely conflict.

    :param properties: names of attributes whose values are unique within the collection.
    :param non_unique: names of attributes whose values objects may share; see `all_with`.
    :param key: the one of `properties` that never changes while an object is in the collection.

    The indexes and all methods that only read them are the library's. The library accepts trees as
    its `dict_type` but cannot fill them. It uses the objects themselves, which have no order, as
    keys, and finds duplicates by scanning all keys of an index. The methods that change the
    collection, and those that depend on objects as keys, are therefore replaced. The library's
    `AutoUpdatingItem` has no effect here, so call `update_item` after a change.

    The values of one property must be comparable with each other. An attribute that is missing or
    `None` is not indexed, so any number of objects may lack it.

    >>> class Person:
    ...     def __init__(self, id, name, town=None):
    ...         self.id, self.name, self.town = id, name, town
    >>> people = MultiIndexedPersistentCollection({"id", "name"}, non_unique={"town"})
    >>> people.add(Person(1, "Alice", "Groningen"))
    >>> people.add(Person(2, "Bob", "Groningen"))
    >>> people.find("name", "Alice").id
    1
    >>> [person.name for person in people.all_with("town", "Groningen")]
    ['Alice', 'Bob']
    >>> people.add(Person(3, "Bob"))
    Traceback (most recent call last):
    ...
    multi_indexed_collection.DuplicateIndexError: 'Collection already contains an element with \
`name`=`Bob`'
    """

    def __init__(
        self, properties: Iterable[str], non_unique: Iterable[str] = (), key: str = "id"
    ) -> None:
        super().__init__(properties, dict_type=OOBTree)
        if key not in self._properties:
            raise ValueError(f"The key `{key}` must be one of the properties.")
        self._key = key
        self._non_unique = frozenset(non_unique)
        self.clear()

    def add(self, obj: Any) -> None:
        """Add an object unless it is already in the collection.

        :raises DuplicateIndexError: another object has one of its unique values.
        """
        if self._contains_object(obj):
            return
        values = self._values_of(obj)
        self._refuse_duplicates(obj, values)
        self._index(obj, values)
        self._propdict[values[self._key]] = values
        self._length.change(1)

    def remove(self, obj: Any) -> None:
        """Remove an object.

        :raises KeyError: it is not in the collection.
        """
        if not self._contains_object(obj):
            raise KeyError(obj)
        key = getattr(obj, self._key)
        self._unindex(key, self._propdict.pop(key))
        self._length.change(-1)

    def update_item(self, obj: Any) -> None:
        """Index an object by its current values, after they have changed.

        :raises KeyError: it is not in the collection.
        :raises DuplicateIndexError: another object has one of its new unique values. The object
            remains indexed by its previous values.
        """
        if not self._contains_object(obj):
            raise KeyError(obj)
        old, new = self._propdict[getattr(obj, self._key)], self._values_of(obj)
        if old == new:
            return
        self._refuse_duplicates(obj, new)
        self._unindex(old[self._key], {p: v for p, v in old.items() if new.get(p) != v})
        self._index(obj, {p: v for p, v in new.items() if old.get(p) != v})
        self._propdict[old[self._key]] = new

    def all_with(self, property_name: str, value: Any) -> Iterator[Any]:
        """Iterate over the objects with this value of a non-unique property, ordered by key.

        The collection must not change during the iteration.
        """
        # (value,) sorts before every (value, key).
        for (found, _), obj in self._shared[property_name].items(min=(value,)):
            if found != value:
                return
            yield obj

    def pairs(self, property_name: str) -> Iterator[tuple[Any, Any]]:
        """Iterate over the values of a non-unique property, each with the key of its object.

        They are ordered by value. The objects are not loaded.
        """
        return iter(self._shared[property_name].keys())

    def values(self, property_name: str | None = None) -> Any:
        """Return a lazy sequence of all objects, or of those with a value of a unique property."""
        return self._dicts[property_name or self._key].values()

    def keys(self, property_name: str | None = None) -> Any:
        """Return a lazy sequence of the values of a unique property, or of the property names."""
        return self._dicts[property_name].keys() if property_name else self._dicts.keys()

    def items_props(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Iterate over pairs of an object and a dictionary of its indexed values."""
        for key, values in self._propdict.items():
            yield self._dicts[self._key][key], dict(values)

    def clear(self) -> None:
        """Remove all objects."""
        self._dicts = OOBTree({name: OOBTree() for name in self._properties})
        self._shared = OOBTree({name: OOBTree() for name in self._non_unique})
        self._propdict = OOBTree()
        self._length = Length()

    def __len__(self) -> int:
        return int(self._length())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())

    def _contains_object(self, obj: Any) -> bool:
        return self._dicts[self._key].get(getattr(obj, self._key)) is obj

    def _values_of(self, obj: Any) -> dict[str, Any]:
        names = self._properties | self._non_unique
        values = {name: getattr(obj, name, None) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def _refuse_duplicates(self, obj: Any, values: dict[str, Any]) -> None:
        for name in self._properties & values.keys():
            if self._dicts[name].get(values[name], obj) is not obj:
                raise DuplicateIndexError(
                    f"Collection already contains an element with `{name}`=`{values[name]}`"
                )

    def _index(self, obj: Any, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in self._properties:
                self._dicts[name][value] = obj
            else:
                self._shared[name][value, getattr(obj, self._key)] = obj

    def _unindex(self, key: Any, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in self._properties:
                del self._dicts[name][value]
            else:
                del self._shared[name][value, key]
