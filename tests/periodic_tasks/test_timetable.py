import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from periodic_tasks.timetable import MAX_ATTEMPTS, Outcome, Run, Task, Timetable


def do_nothing() -> None:
    """A task; never called, because the timetable runs nothing."""


def periodic(interval: float = 10, **settings: float | bool) -> Task:
    return Task(do_nothing, interval, **settings)  # type: ignore[arg-type]


ONCE = Task(do_nothing)


def start_one(table: Timetable, now: float) -> Run:
    [run] = table.start_due(now, capacity=1)
    return run


def test_its_first_run_is_after_the_interval() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    assert table.start_due(10, capacity=1) == []
    assert start_one(table, 10.1).name == "task"


def test_it_runs_at_the_start_on_request() -> None:
    table = Timetable()
    table.add("task", periodic(10, run_at_start=True), now=5)
    assert table.next_due(capacity=1) == 5


def test_it_runs_a_background_task_once() -> None:
    table = Timetable()
    table.add("task", ONCE, now=0)
    table.finish(start_one(table, 1), 2, Outcome.succeeded)
    assert len(table) == 0
    assert table.next_due(capacity=1) is None


def test_it_never_overlaps_a_task_with_itself() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    start_one(table, 11)
    assert table.start_due(1000, capacity=9) == []


def test_it_does_not_overlap_a_replaced_task_with_the_old_one() -> None:
    table = Timetable()
    table.add("task", periodic(10, run_at_start=True), now=0)
    old = start_one(table, 1)
    table.add("task", periodic(20, run_at_start=True), now=2)
    assert table.start_due(3, capacity=9) == []
    table.finish(old, 4, Outcome.succeeded)
    assert start_one(table, 4).entry.task.interval == 20


def test_it_does_not_overlap_a_removed_and_added_task_with_the_old_one() -> None:
    table = Timetable()
    table.add("task", periodic(10, run_at_start=True), now=0)
    old = start_one(table, 1)
    table.remove("task")
    table.add("task", periodic(10, run_at_start=True), now=2)
    assert table.start_due(3, capacity=9) == []
    table.finish(old, 4, Outcome.failed)
    assert start_one(table, 4).entry.failures == 0


def test_it_makes_up_for_missed_runs_once() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    slow = start_one(table, 11)
    table.finish(slow, 55, Outcome.succeeded)  # 20, 30, 40 and 50 were missed
    late = start_one(table, 55)
    table.finish(late, 56, Outcome.succeeded)
    assert table.next_due(capacity=1) == 60


def test_it_doubles_the_pause_after_each_failure_up_to_a_limit() -> None:
    table = Timetable(max_retry_delay=60)
    table.add("task", periodic(10, run_at_start=True), now=0)
    now, pauses = 1.0, []
    for _ in range(5):
        table.finish(start_one(table, now), now, Outcome.failed)
        due = table.next_due(capacity=1)
        assert due is not None
        pauses.append(due - now)
        now = due + 1
    assert pauses == [10, 20, 40, 60, 60]


def test_a_success_resets_the_failures() -> None:
    table = Timetable()
    table.add("task", periodic(10, run_at_start=True), now=0)
    table.finish(start_one(table, 1), 1, Outcome.failed)
    table.finish(start_one(table, 12), 12, Outcome.succeeded)
    assert table.next_due(capacity=1) == 20


def test_it_retries_soon_after_a_process_died() -> None:
    table = Timetable()
    table.add("task", periodic(3600, run_at_start=True), now=0)
    table.finish(start_one(table, 1), 5, Outcome.lost)
    assert table.next_due(capacity=1) == 6


def test_it_gives_up_on_a_background_task_that_kills_its_processes() -> None:
    table = Timetable()
    table.add("task", ONCE, now=0)
    runs = 0
    while (due := table.next_due(capacity=1)) is not None:
        table.finish(start_one(table, due + 1), due + 1, Outcome.lost)
        runs += 1
    assert runs == MAX_ATTEMPTS


def test_it_drops_a_background_task_that_fails() -> None:
    table = Timetable()
    table.add("task", ONCE, now=0)
    table.finish(start_one(table, 1), 1, Outcome.failed)
    assert len(table) == 0


def test_a_task_can_choose_its_next_run() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    table.finish(start_one(table, 11), 12, Outcome.succeeded, again_after=0.5)
    assert table.next_due(capacity=1) == 12.5
    table.finish(start_one(table, 13), 13, Outcome.succeeded)
    assert table.next_due(capacity=1) == 20


def test_a_task_can_be_removed_while_it_runs() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    run = start_one(table, 11)
    table.remove("task")
    table.finish(run, 12, Outcome.succeeded)
    assert table.next_due(capacity=1) is None
    assert table.running == 0


def test_removing_an_unknown_task_does_nothing() -> None:
    Timetable().remove("unknown")


def test_jitter_keeps_tasks_that_are_added_together_spread() -> None:
    table = Timetable(seed=1)
    for name in range(1000):
        table.add(name, periodic(60, jitter=60), now=0)
    first = table.start_due(30, capacity=1000)
    assert 400 < len(first) < 600
    assert all(run.due + 60 == run.entry.due for run in first)


def test_jitter_spreads_later_runs_of_tasks_that_run_at_the_start() -> None:
    table = Timetable(seed=1)
    for name in range(1000):
        table.add(name, periodic(60, run_at_start=True, jitter=60), now=0)
    for run in table.start_due(0.1, capacity=1000):
        table.finish(run, 0.1, Outcome.succeeded)
    assert 400 < len(table.start_due(30, capacity=1000)) < 600


def test_it_returns_to_its_regular_times_after_a_failure() -> None:
    table = Timetable()
    table.add("task", periodic(10), now=0)
    table.finish(start_one(table, 11), 13, Outcome.failed)
    table.finish(start_one(table, 24), 24, Outcome.succeeded)
    assert table.next_due(capacity=1) == 30


def test_it_starts_the_longest_overdue_task_first() -> None:
    table = Timetable()
    for name, interval in (("c", 3), ("a", 1), ("b", 2)):
        table.add(name, periodic(interval), now=0)
    assert [run.name for run in table.start_due(10, capacity=2)] == ["a", "b"]
    assert table.overdue(10) == 1
    assert table.next_due(capacity=2) is None


def test_failing_tasks_get_at_most_half_of_the_pool() -> None:
    table = Timetable()
    for name in range(10):
        table.add(name, periodic(10, run_at_start=True), now=0)
    for run in table.start_due(1, capacity=10):
        table.finish(run, 1, Outcome.failed)
    table.add("healthy", periodic(100, run_at_start=True), now=50)
    started = table.start_due(51, capacity=4)
    assert [run.entry.failures for run in started] == [1, 1, 0]
    assert table.next_due(capacity=4) is None  # the fourth slot is kept for healthy tasks


def test_it_reports_each_run_past_its_time_limit_once() -> None:
    table = Timetable()
    table.add("task", periodic(10, time_limit=5.0), now=0)
    run = start_one(table, 11)
    assert table.next_deadline() == 16
    assert table.time_out(16) == []
    assert table.time_out(17) == [run]
    assert table.time_out(18) == []
    assert run.timed_out


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
CAPACITY = 3


class TimetableMachine(RuleBasedStateMachine):
    """Compares the timetable with a model that uses plain lists.

    All times are whole numbers, so both compute exactly.
    """

    def __init__(self) -> None:
        super().__init__()
        self.table = Timetable(max_retry_delay=300)
        self.now = 0.0
        self.tasks: dict[str, dict[str, float | None]] = {}  # interval, due, failures
        self.runs: dict[str, tuple[Run, dict[str, float | None]]] = {}

    @rule(name=NAMES, interval=st.none() | st.integers(1, 50), at_start=st.booleans())
    def add(self, name: str, interval: int | None, at_start: bool) -> None:
        self.table.add(name, Task(do_nothing, interval, at_start), self.now)
        grid = self.now + (interval or 0)
        due = self.now if at_start else grid
        self.tasks[name] = {"interval": interval, "due": due, "grid": grid, "failures": 0}

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        self.table.remove(name)
        self.tasks.pop(name, None)

    @rule(seconds=st.integers(1, 100))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def start(self) -> None:
        due = self.due()
        slots = CAPACITY - len(self.runs)
        failing = [name for name in due if self.tasks[name]["failures"]]
        from_failing = min(len(failing), slots, self.slots_for_failing())
        from_healthy = min(len(due) - len(failing), slots - max(from_failing, 0))
        started = self.table.start_due(self.now, CAPACITY)
        assert len({run.name for run in started}) == len(started)
        assert len(started) == max(from_failing, 0) + max(from_healthy, 0)
        for run in started:
            task = self.tasks[str(run.name)]
            assert run.name in due
            assert run.due == task["due"]
            self.assert_is_among_the_oldest(run, due, started)
        for run in started:
            self.record_start(run)

    def due(self) -> list[str]:
        return [
            name
            for name, task in self.tasks.items()
            if name not in self.runs and (task["due"] or 0) < self.now
        ]

    def slots_for_failing(self) -> int:
        return 1 - sum(bool(task["failures"]) for _, task in self.runs.values())

    def assert_is_among_the_oldest(self, run: Run, due: list[str], started: list[Run]) -> None:
        names = {other.name for other in started}
        is_failing = bool(run.entry.failures)
        left = [name for name in due if name not in names]
        rivals = [name for name in left if bool(self.tasks[name]["failures"]) == is_failing]
        assert all((self.tasks[name]["due"] or 0) >= run.due for name in rivals)

    def record_start(self, run: Run) -> None:
        task = self.tasks[str(run.name)]
        self.runs[str(run.name)] = run, task
        if task["interval"] is not None:
            while (task["grid"] or 0) <= self.now:
                task["grid"] = (task["grid"] or 0) + task["interval"]
            task["due"] = task["grid"]

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome), again=st.none() | st.integers(0, 20))
    def finish(self, data: st.DataObject, outcome: Outcome, again: int | None) -> None:
        name = data.draw(st.sampled_from(sorted(self.runs)))
        run, task = self.runs.pop(name)
        again = again if outcome is Outcome.succeeded else None
        self.table.finish(run, self.now, outcome, again)
        if self.tasks.get(name) is task and not self.plan(task, outcome, again):
            del self.tasks[name]

    def plan(self, task: dict[str, float | None], outcome: Outcome, again: int | None) -> bool:
        if outcome is Outcome.succeeded:
            task["failures"] = 0
            if again is not None:
                task["due"] = self.now + again
            return task["interval"] is not None or again is not None
        failures = task["failures"] = (task["failures"] or 0) + 1
        first = 1.0 if outcome is Outcome.lost else task["interval"] or 1.0
        task["due"] = self.now + min(first * 2 ** (failures - 1), 300.0)
        return task["interval"] is not None or (outcome is Outcome.lost and failures < MAX_ATTEMPTS)

    @invariant()
    def agrees_on_numbers(self) -> None:
        assert len(self.table) == len(self.tasks)
        assert self.table.running == len(self.runs)
        assert self.table.overdue(self.now) == len(self.due())

    @invariant()
    def agrees_on_the_next_start(self) -> None:
        waiting = {name: task for name, task in self.tasks.items() if name not in self.runs}
        candidates = [
            task["due"]
            for task in waiting.values()
            if not task["failures"] or self.slots_for_failing() > 0
        ]
        expected = min((due for due in candidates if due is not None), default=None)
        if len(self.runs) >= CAPACITY:
            expected = None
        assert self.table.next_due(CAPACITY) == expected


TestTimetableAgainstModel = TimetableMachine.TestCase
TestTimetableAgainstModel.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, derandomize=True
)


def test_it_accepts_any_hashable_name() -> None:
    table = Timetable()
    table.add(("fetch", 1), ONCE, now=0)
    with pytest.raises(TypeError):
        table.add(["not", "hashable"], ONCE, now=0)  # type: ignore[arg-type]
