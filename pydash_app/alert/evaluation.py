"""Evaluates rules: reads their conditions, changes their states, and queues what is to be sent.

States, alerts, events and queued messages are stored in one transaction, which also removes the
news that led to them. A fetcher that is killed, or that another one takes over from, neither
forgets nor repeats a message.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from urllib.parse import urlsplit
from uuid import UUID

from pydash_app import channel, exceptions, maintenance
from pydash_app.alert import faults, repository
from pydash_app.alert.condition import Certificate, Down, ExceptionCondition, leaves
from pydash_app.alert.entity import Alert, DashboardStates, FaultStates, Rule
from pydash_app.alert.machine import (
    Change,
    Episode,
    Kind,
    Outcome,
    Phase,
    Reading,
    State,
    Step,
    close,
    next_time,
    step,
)
from pydash_app.alert.outages import AccountOutage, App, judge
from pydash_app.alert.reading import read
from pydash_app.alert.repository import Scope
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.event import EventType, record
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_cube.effort import QueryTimeout, check_time, time_limit
from pydash_database import BACKGROUND_TIMEOUT, DatabaseUnavailable, transact

BATCH = 50
# The time after which conditions that depend on the time alone are read again.
SLOW_PAUSE = timedelta(hours=1)
HELD_PAUSE = timedelta(seconds=5)
MAX_NAMES = 20
# The time that the queries of an account may take in one batch, so that slow rules do not keep
# those of others waiting (s). The rules that exceed it are in error.
MAX_QUERY_SECONDS = 10.0
# Where the next evaluation of the rules of an account begins, if the last one took too long.
_turns: dict[UUID, tuple[UUID, UUID]] = {}

_EVENTS = {
    Change.PENDING: EventType.ALERT_PENDING,
    Change.FIRED: EventType.ALERT_FIRED,
    Change.RESOLVED: EventType.ALERT_RESOLVED,
}


def evaluate_due(now: datetime | None = None) -> int:
    """Evaluate the rules of the dashboards that have news, or whose states are due.

    The fetcher calls this every few seconds, outside any transaction.

    :returns: the number of these dashboards.
    :raises ExceptionGroup: the failures of some dashboards, after all others are done.
    """
    now = now or datetime.now(UTC)
    found, due = transact(lambda: (news.waiting(), repository.due(now)))
    waiting = list(dict.fromkeys([*found, *due]))
    failures: list[Exception] = []
    for start in range(0, len(waiting), BATCH):
        batch = {each: found.get(each, []) for each in waiting[start : start + BATCH]}
        try:
            transact(partial(_evaluate, batch, now), timeout=BACKGROUND_TIMEOUT)
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 (each is evaluated by itself to find the one that fails)
            failures += _evaluate_singly(batch, now)
    if failures:
        raise ExceptionGroup("Could not evaluate the rules of some dashboards", failures)
    return len(waiting)


def _evaluate_singly(batch: Mapping[UUID, list[bytes]], now: datetime) -> list[Exception]:
    failures: list[Exception] = []
    for dashboard_id, keys in batch.items():
        try:
            transact(partial(_evaluate, {dashboard_id: keys}, now), timeout=BACKGROUND_TIMEOUT)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 (raised after all others are done)
            error.add_note(f"dashboard {dashboard_id}")
            failures.append(error)
            # One entry is enough to try again. Others would pile up until the failure is fixed.
            transact(partial(news.remove, sorted(keys)[:-1]))
    return failures


def _evaluate(batch: Mapping[UUID, list[bytes]], now: datetime) -> None:
    """Evaluate the rules of some dashboards.

    :param batch: the dashboards, each with the keys of its news.
    """
    news.remove(key for keys in batch.values() for key in keys)
    existing: list[Dashboard] = []
    for dashboard_id in batch:
        try:
            existing.append(dashboards.find(dashboard_id))
        except KeyError:
            forget_dashboard(dashboard_id)
    dashboards.load(
        existing,
        lambda each: [each.fetching, each.downtime, each.aggregator_group],
        lambda each: [each.aggregator_group.cube],
    )
    existing.sort(key=lambda each: each.user_id)
    for user_id, group in groupby(existing, key=lambda each: each.user_id):
        owner = users.find(user_id)
        if owner is not None:
            with time_limit(MAX_QUERY_SECONDS):
                _Account(owner, now).evaluate(list(group), {each for each in batch if batch[each]})


class _Account:
    """The evaluation of the rules of an account.

    :param now: the time of the evaluation (UTC).
    """

    def __init__(self, owner: User, now: datetime) -> None:
        self._owner = owner
        self._now = now
        rules = [rule for rule in repository.of_owner(owner.id) if rule.enabled]
        # Whether an app is down decides about the messages of the others.
        self._rules = sorted(rules, key=lambda rule: not rule.watches_pings)

    def evaluate(self, found: Collection[Dashboard], changed: Collection[UUID]) -> None:
        """Evaluate the rules of some dashboards.

        :param changed: those that have news; for the others, the last readings still hold.
        """
        held = self._judge(found)
        readings = self._readings(found, changed)
        for dashboard in found:
            states = repository.states_of(dashboard.id) or DashboardStates()
            is_silent = self._is_silent(dashboard)
            evaluated: dict[UUID, State] = {}
            groups: dict[UUID, FaultStates] = {}
            due: list[datetime] = []
            for rule in self._rules:
                if rule.covers(dashboard.id):
                    former = states.of(rule.id)
                    is_held = rule.watches_pings and dashboard.id in held
                    is_quiet = is_silent or is_held or self._is_quiet(rule, dashboard, evaluated)
                    if rule.watches_exceptions:
                        known = states.faults.get(rule.id)
                        watched = self._step_faults(rule, dashboard, known, is_quiet)
                        groups[rule.id] = watched
                        evaluated[rule.id] = faults.summed(former, watched.states, self._now)
                        for each in watched.states.values():
                            due += self._due(rule, each, states.due, is_held=False)
                        continue
                    reading = readings[dashboard.id, rule.id]
                    state = self._step(rule, dashboard, former, reading, is_quiet)
                    evaluated[rule.id] = state if _differs(state, former) else former
                    due += self._due(rule, state, states.due, is_held=is_held)
            if evaluated != states.states or groups != states.faults:
                if not states.states:
                    repository.add_states(dashboard.id, states)
                states.update(evaluated, groups)
            repository.reschedule(dashboard.id, states, min(due, default=None))
            if dashboard.is_muted_until_resolved and not _is_wrong(dashboard, states):
                dashboard.is_muted_until_resolved = False
                repository.unwatch_if_done(self._owner.id)

    def _readings(
        self, found: Collection[Dashboard], changed: Collection[UUID]
    ) -> dict[tuple[UUID, UUID], Reading]:
        """Return the reading of each rule for each dashboard, by the IDs of both.

        If the time for queries is up, the next evaluation begins with the first that it was not
        enough for, so that all take turns.
        """
        rules = sorted(self._rules, key=lambda each: each.id)
        pairs = [
            ((dashboard.id, rule.id), dashboard, rule)
            for dashboard in sorted(found, key=lambda each: each.id)
            for rule in rules
            if rule.covers(dashboard.id) and not rule.watches_exceptions
        ]
        first = _turns.pop(self._owner.id, None)
        start = next((n for n, (key, *_) in enumerate(pairs) if first and key >= first), 0)
        readings: dict[tuple[UUID, UUID], Reading] = {}
        for key, dashboard, rule in (*pairs[start:], *pairs[:start]):
            states = repository.states_of(dashboard.id) or DashboardStates()
            former = states.of(rule.id)
            readings[key] = self._read(rule, dashboard, former, dashboard.id in changed)
            try:
                check_time()
            except QueryTimeout:
                _turns.setdefault(self._owner.id, key)
        return readings

    def _read(self, rule: Rule, dashboard: Dashboard, former: State, has_changed: bool) -> Reading:
        """Return the reading of a rule, the last one if nothing can have changed."""
        if former.reading is not None and not has_changed and not _depends_on_time(rule):
            return former.reading
        return read(
            rule.condition,
            dashboard,
            self._now,
            recover_threshold=rule.recover_threshold,
            min_calls=rule.min_calls,
        )

    def _step_faults(
        self, rule: Rule, dashboard: Dashboard, former: FaultStates | None, is_quiet: bool
    ) -> FaultStates:
        """Return the next states of the groups of exceptions that a rule watches, as `_step`.

        What changed before the rule was first evaluated does not count.
        """
        log, condition = exceptions.find(dashboard.id), rule.condition
        if log is None or former is None or not isinstance(condition, ExceptionCondition):
            return FaultStates(0 if log is None else log.changes, {})
        states: dict[str, State] = {}
        for key, watched in faults.read(condition, log, former, self._now).items():
            state = former.states.get(key, State())
            state = self._step(
                *(rule, dashboard, state, watched.reading, is_quiet), is_end_told=watched.is_told
            )
            if state.episode is not None:
                states[key] = state
        return FaultStates(log.changes, states)

    def _step(
        self,
        rule: Rule,
        dashboard: Dashboard,
        former: State,
        reading: Reading,
        is_quiet: bool,
        *,
        is_end_told: bool = True,
    ) -> State:
        """Return the next state, after everything that follows from it is stored."""
        alert = None if former.episode is None else repository.find_alert(former.episode.id)
        if alert is not None and _is_other_occasion(former.reading, reading):
            # Its end is sent, so that no channel keeps it open.
            follow(alert, close(former, self._now), (), self._now)
            former, alert = State(), None
        is_acknowledged = alert is not None and alert.acknowledged_at is not None
        taken = step(
            *(rule.timing, former, reading, self._now),
            is_held=is_quiet,
            is_acknowledged=is_acknowledged,
        )
        if taken.message is Kind.RESOLVED and not is_end_told:
            taken = replace(taken, message=None)
        if taken.episode is not None:
            if alert is None:
                alert = Alert(rule, dashboard, taken.episode)
                repository.add_alert(alert)
            follow(alert, taken, rule.channels, self._now)
        return taken.state

    def _is_silent(self, dashboard: Dashboard) -> bool:
        """Return whether no messages about a dashboard are sent."""
        return dashboard.is_muted(self._now) or maintenance.is_active(dashboard, self._now)

    def _is_quiet(self, rule: Rule, dashboard: Dashboard, states: Mapping[UUID, State]) -> bool:
        """Return whether messages of a rule about a dashboard are held back.

        :param states: those of the rules before it.
        """
        if rule.is_muted(self._now):
            return True
        if any(isinstance(leaf, Down) for leaf in leaves(rule.condition)):
            return False
        watching = [states[other.id] for other in self._rules if self._is_down_rule(other, states)]
        if not watching:
            return False
        # After an outage, the others are unknown until the app has been fetched again.
        attempt = dashboard.fetching.last_attempt_time
        changes = [state.changes[-1] for state in watching if state.changes]
        is_unknown = attempt is not None and any(attempt < change for change in changes)
        return is_unknown or dashboard.availability in ("down", "checking")

    def _is_down_rule(self, rule: Rule, states: Mapping[UUID, State]) -> bool:
        return rule.watches_pings and rule.id in states

    def _due(
        self, rule: Rule, state: State, former: datetime | None, *, is_held: bool
    ) -> Iterable[datetime]:
        """Return when a rule must be evaluated again even without news.

        :param former: when the dashboard is due by now.
        """
        if is_held:
            yield self._now + HELD_PAUSE
        time = next_time(rule.timing, state, self._now)
        if time is not None:
            yield time
        if _depends_on_time(rule):
            late = self._now + SLOW_PAUSE
            yield former if former is not None and self._now < former < late else late

    def _judge(self, found: Collection[Dashboard]) -> frozenset[UUID]:
        """Announce that many apps became unreachable at once, or that this is over.

        :returns: the dashboards whose messages are held back because of that.
        """
        rules = [rule for rule in self._rules if rule.watches_pings]
        outage = repository.outage_of(self._owner.id)
        if outage is None and not (rules and any(map(_failing_since, found))):
            return frozenset()
        mine = dashboards.of_user(self._owner.id)
        pinged = [each for each in mine if each.monitor_downtime and not self._is_silent(each)]
        dashboards.load(pinged, lambda each: [each.downtime])
        verdict = judge(list(map(_app, pinged)) if rules else [], outage, self._now)
        if outage is not None and verdict.outage is None:
            end_outage(self._owner.id, self._now)
        repository.set_outage(self._owner.id, verdict.outage)
        if outage is None and verdict.outage is not None:
            self._announce(verdict.outage, pinged, rules)
        return verdict.held

    def _announce(
        self, outage: AccountOutage, pinged: Collection[Dashboard], rules: Collection[Rule]
    ) -> None:
        """Record and send that many apps became unreachable at once."""
        names = sorted(each.name for each in pinged if each.id in outage.apps)
        listed = ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "")
        text = (
            f"{len(names)} of {outage.total} apps unreachable; possibly PyDash's own network:"
            f" {listed}."
        )
        concerned = [rule for rule in rules if any(map(rule.covers, outage.apps))]
        told = [rule.channels for rule in concerned if not rule.is_muted(self._now)]
        episode = Episode(outage.since, outage.id, fired=self._now, announced=Kind.FIRING)
        alert = Alert((concerned or list(rules))[0], None, episode)
        repository.add_alert(alert)
        state = State(Phase.FIRING, self._now, Reading(Outcome.MET, text=text), episode)
        taken = Step(state, episode, (Change.FIRED,), Kind.FIRING)
        follow(alert, taken, dict.fromkeys(chain.from_iterable(told)), self._now)


def follow(alert: Alert, taken: Step, channels: Iterable[UUID], now: datetime) -> None:
    """Store what follows from a step: the alert, events, and messages.

    :param channels: whom to tell; the end of an alert is told to those that know of it.
    """
    if taken.episode is None:
        return
    if Change.DROPPED in taken.changes:
        repository.delete_alert(alert)
        return
    alert.follow(taken.state, taken.episode)
    if not alert.is_open:
        repository.close_alert(alert)
    for change in taken.changes:
        record(
            _EVENTS[change],
            alert.subject,
            rule=alert.rule_name,
            rule_id=alert.rule_id,
            alert_id=alert.id,
            severity=alert.severity,
            value=alert.value,
            since=alert.pending_since,
            reason=alert.text or None,
        )
    if taken.message is not None:
        told = alert.channels if taken.message is Kind.RESOLVED else tuple(channels)
        # What was held back has waited for others long enough.
        queued = now if alert.channels else alert.fired or now
        alert.tell(told)
        for channel_id in told:
            channel.notify(channel_id, alert.to_message(taken.message), queued)


def close_states(
    dashboard_id: UUID, now: datetime, is_closed: Callable[[UUID], bool] = lambda _: True
) -> None:
    """End the alerts of a dashboard whose rules are deleted, disabled or about to change.

    :param is_closed: whether the rule with this ID is one of them.
    """
    states = repository.states_of(dashboard_id)
    if states is None:
        return
    for rule_id in filter(is_closed, states.states):
        for state in states.lasting(rule_id):
            alert = repository.find_alert(state.episode.id) if state.episode else None
            if alert is not None:
                follow(alert, close(state, now), (), now)
    kept = {rule_id: state for rule_id, state in states.states.items() if not is_closed(rule_id)}
    states.update(kept, {key: each for key, each in states.faults.items() if not is_closed(key)})


def end_outage(owner_id: UUID, now: datetime) -> None:
    """End the alert that many apps of an account became unreachable at once, if there is one."""
    outage = repository.outage_of(owner_id)
    alert = None if outage is None else repository.find_alert(outage.id)
    repository.set_outage(owner_id, None)
    if alert is not None and alert.is_open:
        since, fired = alert.pending_since, alert.fired
        episode = Episode(since, alert.id, fired, announced=Kind.FIRING, resolved=now)
        follow(alert, Step(State(), episode, (Change.RESOLVED,), Kind.RESOLVED), (), now)


def forget_dashboard(dashboard_id: UUID) -> None:
    """Delete the rules, states and alerts of a dashboard that is or was deleted."""
    close_states(dashboard_id, datetime.now(UTC))
    repository.delete_states(dashboard_id)
    for rule in repository.of_dashboard(dashboard_id):
        repository.delete(rule)
    for alert in list(repository.alerts(Scope("dashboard", dashboard_id))):
        repository.delete_alert(alert)


def _app(dashboard: Dashboard) -> App:
    log = dashboard.downtime
    host = urlsplit(dashboard.url).hostname or dashboard.url
    is_down = log.down_since is not None
    return App(dashboard.id, host, _failing_since(dashboard), is_down, log.last_ping)


def _failing_since(dashboard: Dashboard) -> datetime | None:
    log = dashboard.downtime
    return log.failing_since if dashboard.monitor_downtime else None


def _is_wrong(dashboard: Dashboard, states: DashboardStates) -> bool:
    """Return whether anything is wrong with a dashboard."""
    is_failing = dashboard.fetching.failure is not None or _failing_since(dashboard) is not None
    return is_failing or any(map(states.lasting, states.states))


def _depends_on_time(rule: Rule) -> bool:
    return any(isinstance(leaf, Certificate) for leaf in leaves(rule.condition))


def _is_other_occasion(former: Reading | None, reading: Reading) -> bool:
    """Return whether a condition is met again, by something else."""
    if former is None or not former.occasion or not reading.occasion:
        return False
    is_met = former.outcome is reading.outcome is Outcome.MET
    return is_met and former.occasion != reading.occasion


def _differs(state: State, former: State) -> bool:
    """Return whether a state must be stored: not only because values of what is ok have changed."""
    if state.phase is not Phase.OK or state.episode or state.is_flapping or not former.reading:
        return True
    same = replace(state, reading=former.reading) == former
    return not (same and state.reading and state.reading.outcome is former.reading.outcome)
