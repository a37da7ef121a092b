"""Conditions of a filter on the columns of event tables."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from pydash_events.event_rows import to_microseconds
from pydash_events.event_table import Array, Column, ColumnKey, EventTable
from pydash_events.filters import COMPARISONS, Condition
from pydash_events.models import Trait

_ORDERED = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}


@dataclass(frozen=True, slots=True)
class ColumnCondition:
    """What the value of a trait must be; an event without the trait never meets it.

    :ivar keys: the columns of the trait: the one of its type, or those of all types.
    :ivar op: see `filters.OPERATORS`.
    :ivar values: what to compare with, as it is stored: several with `in`, otherwise one or none.
    """

    keys: Sequence[ColumnKey]
    op: str
    values: Sequence[Any]

    @classmethod
    def of(cls, condition: Condition) -> "ColumnCondition":
        """Return the condition of a filter as one on columns."""
        dtypes = Trait.type_names if condition.dtype is None else [condition.dtype]
        given = condition.value if condition.op == "in" else (condition.value,)
        values = [to_microseconds(each) if isinstance(each, datetime) else each for each in given]
        return cls([(condition.key, dtype) for dtype in dtypes], condition.op, values)

    def is_met(self, table: EventTable, rows: Array) -> Array:
        """Return which of the events in some rows meet the condition."""
        result = np.zeros(len(rows), dtype=bool)
        for key in self.keys:
            column = table.find_column(key)
            if column is not None:
                met = np.ones(len(rows), dtype=bool)
                if column.present is not None:
                    met = column.present[rows]
                if self.op != "exists":
                    met = met & self._meets(column, rows)
                result |= met
        return result

    def may_be_met(self, low: Array, high: Array) -> Array:
        """Return which ranges of numbers, from `low` to `high`, may have a value that meets it."""
        if self.op in ("eq", "in"):
            within: Array = np.any(
                [(low <= value) & (high >= value) for value in self.values], axis=0
            )
            return within
        if self.op in _ORDERED:
            best = low if self.op in ("lt", "le") else high
            return np.asarray(_ORDERED[self.op](best, self.values[0]))
        return np.ones(len(low), dtype=bool)

    def _meets(self, column: Column, rows: Array) -> Array:
        """Return in which rows the value meets the condition; any result where there is none."""
        if column.texts is not None and self.op in ("eq", "in"):
            wanted = [column.texts.index(each) for each in self.values if each in column.texts]
            result = np.isin(column.values[rows], wanted)
        elif column.texts is not None:
            used, numbers = np.unique(column.values[rows], return_inverse=True)
            texts = (column.texts[index] for index in used.tolist())
            result = np.array([self._text_meets(text) for text in texts], dtype=bool)[numbers]
        elif self.op == "in":
            # Not `isin`: integers of 64 bits and floats must not be converted into each other.
            result = np.any([column.values[rows] == value for value in self.values], axis=0)
        else:
            result = np.asarray(COMPARISONS[self.op](column.values[rows], self.values[0]))
        return result

    def _text_meets(self, text: str) -> bool:
        if self.op == "contains":
            return self.values[0] in text
        return COMPARISONS[self.op](text, self.values[0])
