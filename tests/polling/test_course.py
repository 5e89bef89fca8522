"""What becomes of a device from beat to beat: by the table, without sockets."""

import random
import re
import unittest

from tplink_exec.polling import course
from tplink_exec.polling.course import (
    ANSWER,
    ASK,
    ASKED,
    BEAT,
    BEYOND,
    BOTH,
    CALL,
    CALLED,
    DOUBT,
    ENDLESS,
    FAILED,
    FIRST_RTO_S,
    LEAST_RTO_S,
    LOST,
    MAX_MUTE_S,
    MAX_PAUSE_S,
    MORE,
    MOST_RTO_S,
    MUTE,
    MUTE_DOUBT,
    MUTE_DOUBTS,
    MUTE_S,
    NEW,
    NOTHING,
    ONLINE,
    ORDERED,
    OTHER,
    OVERDUE,
    REACHED,
    RESTING,
    SILENCE,
    SKIP,
    SOUGHT,
    TABLE,
    TELL,
    TRIED,
    UNHEARD,
    Course,
    longer,
)

EVENTS = (BEAT, MUTE, SKIP, ANSWER, MORE, BEYOND, OTHER, SILENCE, OVERDUE)
EVENTS += (REACHED, DOUBT, MUTE_DOUBT, FAILED)
ACTS = (NOTHING, ASK, CALL, BOTH, TELL)
ANSWERED = (ANSWER, MORE, BEYOND, OTHER)
CALL_ENDS = (REACHED, DOUBT, MUTE_DOUBT, FAILED)
INTERVAL_S = 2.0
SEED = 15


def in_state(state, now=0.0):
    it = Course(INTERVAL_S, now)
    it.state = state
    return it


def online(now=0.0, took_s=0.01):
    """A device that has answered its first datagram; that was asked at `now`."""
    it = Course(INTERVAL_S, now)
    it.happens(BEAT, now)
    it.happens(ANSWER, now + took_s)
    return it


class Table(unittest.TestCase):
    def test_each_event_in_each_state(self):
        for state, row in TABLE.items():
            for event in EVENTS:
                with self.subTest(state=state, event=event):
                    it = in_state(state)
                    if event not in row:
                        self.assertRaises(KeyError, it.happens, event, 1.0)
                        continue
                    self.assertEqual((it.happens(event, 1.0), it.state), row[event][::-1])

    def test_what_may_happen_when(self):
        """Beats come at rest, answers while a datagram may be out, a call's end while one is."""
        for state, row in TABLE.items():
            with self.subTest(state):
                beats = {BEAT, MUTE} if state in RESTING else set()
                beats |= {SKIP} if state == LOST else set()
                self.assertEqual(set(row) & {BEAT, MUTE, SKIP}, beats)
                hears = state not in (NEW, ONLINE, ORDERED)
                self.assertEqual(set(row) & set(ANSWERED), set(ANSWERED) if hears else set())
                calls = state in (CALLED, ORDERED)
                self.assertEqual(set(row) & set(CALL_ENDS), set(CALL_ENDS) if calls else set())
                waits = state in (ASKED, TRIED, SOUGHT, CALLED)
                self.assertEqual(SILENCE in row, waits)
                self.assertEqual(OVERDUE in row, state == SOUGHT)

    def test_what_leads_where(self):
        """Only an answer makes a device ONLINE, only a call that has failed takes that from it."""
        for state, row in TABLE.items():
            for event, (after, act) in row.items():
                with self.subTest(state=state, event=event):
                    self.assertIn(act, ACTS)
                    self.assertEqual(after == ONLINE, event in (ANSWER, REACHED))
                    if after == LOST and state not in (LOST, SOUGHT):
                        self.assertEqual(event, FAILED)
                    self.assertEqual(act == TELL, event in (ANSWER, REACHED, FAILED))
                    if act in (CALL, BOTH):
                        self.assertEqual(after, CALLED)
                    if act == ASK:
                        self.assertIn(after, (ASKED, TRIED, SOUGHT, CALLED))
                    if after in RESTING:
                        self.assertIn(act, (TELL, NOTHING))

    def test_the_docstring_lists_the_states(self):
        rows = re.findall(r"^\| ([A-Z]+) \|", course.__doc__, re.M)
        names = [value for name, value in vars(course).items() if name in rows]
        self.assertEqual([row.lower() for row in rows], list(TABLE))
        self.assertEqual(sorted(names), sorted(TABLE))
        used = {after for row in TABLE.values() for after, _ in row.values()}
        self.assertEqual(used | {NEW, ORDERED}, set(TABLE))  # those are where one begins


class Times(unittest.TestCase):
    def test_beats_stay_in_time(self):
        it = Course(INTERVAL_S, 10.0)
        self.assertEqual(it.at, 10.0)
        for number in range(5):
            beat = 10.0 + number * INTERVAL_S
            self.assertEqual(it.at, beat)
            it.happens(BEAT, beat + 0.03)  # a little late, as threads are
            it.happens(ANSWER, beat + 0.05)
        self.assertEqual(it.at, 20.0)

    def test_beats_that_have_passed_are_left_out(self):
        it = online()
        it.happens(MUTE, it.at)
        self.assertEqual(it.at, ENDLESS)
        it.happens(REACHED, 9.5)
        self.assertEqual(it.at, 10.0)
        it.happens(BEAT, 10.0)
        it.happens(ANSWER, 12.0)  # just then the next one is due
        self.assertEqual(it.at, 14.0)

    def test_a_beat_that_is_skipped(self):
        it = in_state(LOST)
        self.assertEqual((it.happens(SKIP, 0.0), it.state, it.at), (NOTHING, LOST, INTERVAL_S))

    def test_when_it_is_asked_again(self):
        """Ever later, up to a second; while a call goes on, all the time."""
        it = online()
        it.rto_s = 0.2
        self.assertEqual(it.happens(BEAT, 2.0), ASK)
        self.assertAlmostEqual(it.at, 2.2)
        self.assertEqual(it.happens(SILENCE, 2.2), ASK)
        self.assertAlmostEqual(it.at, 2.6)
        self.assertEqual(it.happens(SILENCE, 2.6), BOTH)
        self.assertAlmostEqual(it.at, 3.4)
        now = 3.4
        for _ in range(4000):  # as long as --timeout may be
            self.assertEqual(it.happens(SILENCE, now), ASK)
            self.assertEqual(it.at, now + MOST_RTO_S)
            now = it.at

    def test_a_new_beat_begins_with_the_first_wait(self):
        it = online()
        it.happens(BEAT, 2.0)
        it.happens(SILENCE, 2.2)
        it.happens(ANSWER, 2.25)
        it.rto_s = 0.2
        it.happens(BEAT, 4.0)
        self.assertAlmostEqual(it.at, 4.2)

    def test_how_long_an_answer_is_waited_for(self):
        it = Course(INTERVAL_S, 0.0)
        self.assertEqual(it.rto_s, FIRST_RTO_S)
        it.hear(0.2)  # RFC 6298: SRTT + 4 * (SRTT / 2)
        self.assertAlmostEqual(it.rto_s, 0.6)
        it.hear(0.3)  # 3/4 * 0.1 + 1/4 * 0.1 = 0.1; 7/8 * 0.2 + 1/8 * 0.3 = 0.2125
        self.assertAlmostEqual(it.rto_s, 0.2125 + 0.4)
        for _ in range(100):
            it.hear(0.3)
        self.assertAlmostEqual(it.rto_s, 0.3, 3)
        for _ in range(100):
            it.hear(0.001)
        self.assertEqual(it.rto_s, LEAST_RTO_S)
        it.hear(3600.0)  # counts as MOST_RTO_S
        self.assertEqual(it.rto_s, MOST_RTO_S)
        for _ in range(40):
            it.hear(0.001)
        self.assertEqual(it.rto_s, LEAST_RTO_S)

    def test_an_answer_to_a_question_that_was_repeated_tells_no_time(self):
        """It may be to the first or to the second (Karn's algorithm): so wait longer next time."""
        it = online(took_s=0.01)
        for rto_s in (0.2, 0.4, 0.8, MOST_RTO_S):
            it.happens(BEAT, it.at)
            it.happens(SILENCE, it.at)
            it.happens(ANSWER, it.due + 0.15)
            self.assertAlmostEqual(it.took_s, 0.15)
            self.assertEqual((it.mean_s, it.rto_s), (0.01, rto_s))
        it.happens(BEAT, it.at)
        it.happens(ANSWER, it.due + 0.01)
        self.assertEqual(it.rto_s, LEAST_RTO_S)

    def test_an_answer_is_timed_from_its_own_question(self):
        it = online(took_s=0.01)
        it.happens(MUTE, 2.0)
        it.happens(DOUBT, 7.0)
        it.happens(ANSWER, 7.01)
        self.assertAlmostEqual(it.mean_s, 0.01)
        it.happens(BEAT, it.at)
        it.happens(SILENCE, it.at)
        it.happens(MORE, it.due + 0.9)
        it.happens(ANSWER, it.due + 0.91)
        self.assertAlmostEqual(it.mean_s, 0.01)

    def test_a_slow_device_is_soon_asked_once_a_beat(self):
        it, asked = Course(INTERVAL_S, 0.0), 0
        for _ in range(20):
            it.happens(BEAT, it.at)
            asked = 1
            while it.at < it.due + 0.6:
                it.happens(SILENCE, it.at)
                asked += 1
            it.happens(ANSWER, it.due + 0.6)
        self.assertEqual(asked, 1)

    def test_it_has_taken_some_time(self):
        it = Course(INTERVAL_S, 0.0)
        self.assertEqual(it.took_s, 0.0)
        it.happens(MUTE, 0.0)
        it.happens(REACHED, 0.0)
        self.assertGreater(it.took_s, 0.0)

    def test_pauses_double(self):
        pauses, pause_s = [], 0.0
        for _ in range(6):
            pause_s = longer(pause_s, INTERVAL_S)
            pauses.append(pause_s)
        self.assertEqual(pauses, [2.0, 4.0, 8.0, 16.0, 30.0, MAX_PAUSE_S])


class Mute(unittest.TestCase):
    def reach(self, it, now):
        """A beat whose datagrams are lost, and whose call is not."""
        self.assertEqual(it.beat(now, True, True), BEAT)
        it.happens(BEAT, now)
        while it.state != CALLED:
            it.happens(it.silence(it.at), it.at)
        it.happens(REACHED, it.at)
        return it.at

    def test_after_some_beats_it_is_only_called_for_a_while_and_then_tried_again(self):
        it = online()
        for _ in range(UNHEARD - 1):
            self.reach(it, it.at)
            self.assertEqual(it.beat(it.at, True, True), BEAT)
        now = it.at
        for mute_s in (MUTE_S, 2 * MUTE_S, 4 * MUTE_S):
            self.reach(it, now)
            until = it.mute_until
            self.assertEqual(it.beat(until - 0.001, True, True), MUTE)
            self.assertEqual(it.beat(until, True, True), BEAT)
            self.assertLess(abs(until - now - mute_s), 2.0)
            now = until  # one more is enough then
        for _ in range(10):
            self.reach(it, it.mute_until)
        self.assertEqual(it.mute_s, MAX_MUTE_S)

    def test_an_answer_ends_it(self):
        it = online()
        for _ in range(UNHEARD):
            self.reach(it, it.at)
        it.happens(BEAT, it.mute_until)
        it.happens(ANSWER, it.mute_until + 0.01)
        self.assertEqual((it.unheard, it.mute_s), (0, 0.0))
        for _ in range(UNHEARD - 1):
            self.reach(it, it.at)
            self.assertEqual(it.beat(it.at, True, True), BEAT)

    def test_what_is_no_miss(self):
        """A call where no datagram was sent, or one that was answered but not enough."""
        it = online()
        for _ in range(2 * UNHEARD):
            it.happens(MUTE, it.at)
            it.happens(REACHED, it.due + 0.1)
            for event in (MORE, BEYOND):
                it.happens(BEAT, it.at)
                it.happens(event, it.due + 0.1)
                it.state = CALLED
                it.sent = 0
                it.happens(REACHED, it.due + 0.2)
            self.reach(it, it.at)
            it.happens(BEAT, it.at)
            it.happens(MORE, it.due + 0.1)
            self.assertEqual(it.unheard, 0)
            it.happens(ANSWER, it.due + 0.2)
        self.assertEqual(it.mute_until, 0.0)


class Failures(unittest.TestCase):
    def call(self, it, now, can_ask=False):
        """The beat at `now`, until a call is out."""
        it.happens(it.beat(now, can_ask, True), now)
        while it.state != CALLED:
            it.happens(it.silence(it.at), it.at)

    def test_doubt_comes_before_offline(self):
        """One datagram, if none has been tried; else some calls, if they have timed out."""
        for online, can_ask, timed_out, events in (
            (True, True, False, [DOUBT]),
            (True, True, True, [DOUBT]),
            (None, True, True, [DOUBT]),
            (True, False, True, [MUTE_DOUBT] * MUTE_DOUBTS),
            (None, False, True, [MUTE_DOUBT]),
            (True, False, False, []),
            (False, True, True, []),
            (False, False, True, []),
        ):
            with self.subTest(online=online, can_ask=can_ask, timed_out=timed_out):
                it = in_state(ONLINE)
                it.online = online
                self.call(it, it.at)
                for event in events:
                    self.assertEqual(it.failure(can_ask, timed_out), event)
                    it.happens(event, it.began + 0.5)
                    self.assertEqual(it.state, TRIED if event == DOUBT else CALLED)
                    self.assertIs(it.online, online)
                    it.state = CALLED
                self.assertEqual(it.failure(can_ask, timed_out), FAILED)

    def test_no_doubt_where_datagrams_were_tried(self):
        it = online()
        self.call(it, it.at, can_ask=True)
        self.assertEqual(it.failure(True, True), FAILED)

    def test_doubt_lasts_for_one_beat(self):
        it = online()
        for event in (DOUBT, MUTE_DOUBT):
            self.call(it, it.at)
            it.happens(event, it.began + 0.1)
            self.assertEqual(it.doubts, 1)
            it.state = CALLED
            it.happens(REACHED, it.began + 0.2)
            self.call(it, it.at)
            self.assertEqual(it.doubts, 0)
            it.happens(REACHED, it.began + 0.2)
            it.doubts = 1
            it.order(it.at)
            self.assertEqual(it.doubts, 0)
            it.happens(REACHED, it.began + 0.2)

    def test_patient_calls_come_after_pauses_that_double(self):
        it = online()
        self.call(it, it.at)
        self.assertTrue(it.is_patient(it.began))
        now = it.began + 1.0
        for pause_s in (2.0, 4.0, 8.0, 16.0, 30.0, 30.0):
            it.fail(True, False, now)
            it.happens(FAILED, now)
            self.assertEqual(it.patient_at, now + pause_s)
            self.assertFalse(it.is_patient(it.patient_at - 0.001))
            self.assertTrue(it.is_patient(it.patient_at))
            it.fail(False, False, now + 0.5)  # a short one changes nothing
            self.assertEqual(it.patient_at, now + pause_s)
            now = it.patient_at
            self.call(it, now)
        it.happens(REACHED, now)
        it.patient_at = it.at + 20.0  # a device that is online has no pauses
        self.assertTrue(it.online and it.is_patient(now))
        self.call(it, it.at)
        it.fail(True, False, it.began)
        self.assertEqual(it.pause_s, INTERVAL_S)

    def test_the_first_failure_after_it_was_online_begins_with_the_shortest_pause(self):
        it = online()
        it.pause_s = 16.0
        it.fail(True, False, 5.0)
        self.assertEqual((it.pause_s, it.patient_at, it.online), (2.0, 7.0, False))

    def test_which_beat_is_due(self):
        """(can ask, can try, patient, grave): by datagram, by a call, or not at all."""
        for state, given, event in (
            (LOST, (True, False, False, True), BEAT),
            (LOST, (False, True, False, False), MUTE),
            (LOST, (False, True, False, True), SKIP),
            (LOST, (False, True, True, True), MUTE),
            (LOST, (False, False, False, False), SKIP),
            (LOST, (False, False, True, False), MUTE),
            (NEW, (True, False, True, False), BEAT),
            (NEW, (False, False, True, False), MUTE),
            (ONLINE, (False, False, True, False), MUTE),
            (ONLINE, (True, True, True, False), BEAT),
        ):
            with self.subTest(state=state, given=given):
                it = in_state(state)
                can_ask, can_try, patient, it.grave = given
                it.patient_at = 0.0 if patient else 99.0
                self.assertEqual(it.beat(1.0, can_ask, can_try), event)
                it.happens(event, 1.0)

    def test_one_that_is_offline_gets_a_call_only_when_it_is_due(self):
        it = in_state(LOST)
        it.patient_at = 10.0
        for now, event, state in ((8.0, SILENCE, LOST), (10.0, OVERDUE, CALLED)):
            it.happens(BEAT, now)
            self.assertEqual(it.state, SOUGHT)
            self.assertEqual(it.silence(now), event)
            it.happens(event, now)
            self.assertEqual(it.state, state)

    def test_grave_is_what_a_patient_call_has_found(self):
        it = online()
        it.fail(False, True, 1.0)
        self.assertFalse(it.grave)
        it.fail(True, True, 1.0)
        self.assertTrue(it.grave)
        it.fail(False, False, 2.0)
        self.assertTrue(it.grave)
        it.state = CALLED
        it.happens(REACHED, 3.0)
        self.assertFalse(it.grave)


class Orders(unittest.TestCase):
    def test_from_every_state(self):
        for state in TABLE:
            for event, (after, act) in TABLE[ORDERED].items():
                with self.subTest(state=state, event=event):
                    it = in_state(state)
                    it.sent, it.doubts = 3, 1
                    it.order(7.0)
                    self.assertEqual((it.state, it.at), (ORDERED, ENDLESS))
                    self.assertEqual((it.sent, it.doubts, it.began), (0, 0, 7.0))
                    self.assertEqual((it.happens(event, 7.5), it.state), (act, after))
                    if after in RESTING:
                        self.assertEqual(it.at, 7.0 + INTERVAL_S)  # beats go by it from then on
                    self.assertEqual(it.unheard, 0)


class Life:
    """One device with a random fate, as the poller has it; `now` goes on by itself."""

    def __init__(self, chance, answers, reached, interval_s=INTERVAL_S):
        self.chance, self.answers, self.reached = chance, answers, reached
        self.it = Course(interval_s, 0.0)
        self.now, self.calls_end, self.history = 0.0, None, []
        self.can_ask = True

    def note(self, event):
        before = self.it.state
        act = self.it.happens(event, self.now)
        self.history.append((self.now, before, event, self.it.state, act))
        if act in (CALL, BOTH):
            self.calls_end = self.now + self.chance.uniform(0.01, 5.0)
        if self.it.state in RESTING:
            self.calls_end = None
        if act in (ASK, BOTH):
            self.asked()

    def asked(self):
        """An answer comes at once, or later, or never."""
        if self.answers():
            self.now += self.chance.choice((0.0, 0.01, 0.05))
            self.note(ANSWER)

    def step(self):
        it = self.it
        end = self.calls_end if self.calls_end is not None else ENDLESS
        self.now = max(self.now, min(it.at, end))
        if end <= it.at:
            self.calls_end = None
            if self.reached():
                self.note(REACHED)
            else:
                event = it.failure(self.can_ask, self.chance.random() < 0.5)
                if event == FAILED:
                    it.fail(it.is_patient(it.began), self.chance.random() < 0.1, self.now)
                self.note(event)
        elif it.state in RESTING:
            self.note(it.beat(self.now, self.can_ask, True))
        else:
            self.note(it.silence(self.now))


class Lives(unittest.TestCase):
    def lives(self, number, answers, reached):
        chance = random.Random(SEED)
        for _ in range(number):
            yield Life(chance, lambda: answers(chance), lambda: reached(chance))

    def test_any_order_of_events(self):
        chance = random.Random(SEED)
        for _ in range(300):
            it, now = Course(INTERVAL_S, 0.0), 0.0
            for _ in range(200):
                now += chance.choice((0.0, 2**-10, 0.25, 2.0, 50.0))  # no rounding
                if chance.random() < 0.05:
                    it.order(now)
                elif chance.random() < 0.1:
                    it.fail(chance.random() < 0.5, chance.random() < 0.5, now)
                else:
                    event = chance.choice(sorted(TABLE[it.state]))
                    now = max(now, it.at) if event in (BEAT, MUTE, SKIP) else now
                    act = it.happens(event, now)
                    if act != NOTHING or it.state in RESTING:
                        self.assertGreater(it.at, now)
                self.assertIn(it.state, TABLE)
                if it.at == ENDLESS:
                    self.assertIn(it.state, (CALLED, ORDERED))
                self.assertLessEqual(it.at - now if it.at < ENDLESS else 0, INTERVAL_S)
                self.assertTrue(LEAST_RTO_S <= it.rto_s <= MOST_RTO_S)

    def test_one_that_is_dead_is_offline_in_time(self):
        """After two datagrams and a call, or some calls, of up to 5 s each here."""
        for life in self.lives(200, lambda _: False, lambda _: False):
            life.it.online, life.it.state = True, ONLINE
            life.can_ask = life.chance.random() < 0.5
            while life.it.state != LOST:
                life.step()
                self.assertLess(life.now, 3 * MOST_RTO_S + (1 + MUTE_DOUBTS) * 5.0)
            self.assertFalse(life.it.online)
            began = life.now
            while life.now < began + 120:  # and tried ever after, at least so often
                life.step()
            calls = [at for at, _, _, after, act in life.history if act in (CALL, BOTH)]
            gaps = [two - one for one, two in zip(calls, calls[1:])]
            self.assertLessEqual(max(gaps), MAX_PAUSE_S + INTERVAL_S + 5.0 + MOST_RTO_S)

    def test_one_that_answers_some_datagrams_is_never_lost(self):
        """One of three in a row, as two are sent before a call, and one with it."""
        for life in self.lives(100, lambda _: False, lambda _: False):
            missed = [0]

            def answers(life=life, missed=missed):
                missed[0] = 0 if missed[0] == 2 or life.chance.random() < 0.5 else missed[0] + 1
                return not missed[0]

            life.answers = answers
            life.it.online, life.it.state = True, ONLINE
            while life.now < 300:
                life.step()
                self.assertNotEqual(life.it.state, LOST)
                self.assertTrue(life.it.online)
            beats = [row for row in life.history if row[2] == BEAT]
            self.assertGreater(len(beats), 120)

    def test_with_loss_it_is_soon_asked_again(self):
        """With 30 % loss: the time to wait stays short, and the traffic near one a beat."""
        for life in self.lives(20, lambda chance: chance.random() < 0.7, lambda _: True):
            while life.now < 1000:
                life.step()
            asked = sum(act in (ASK, BOTH) for *_, act in life.history)
            called = sum(act in (CALL, BOTH) for *_, act in life.history)
            beats = sum(event == BEAT for _, _, event, _, _ in life.history)
            self.assertLess(asked / beats, 1.6)
            self.assertLess(called / beats, 0.15)
            told = [now for now, *_, after, _ in life.history if after == ONLINE]
            late = sum(two - one > 1.5 * INTERVAL_S for one, two in zip(told, told[1:]))
            self.assertLess(late / beats, 0.04)  # what comes of slow calls

    def test_one_that_calls_reach_is_never_lost(self):
        for life in self.lives(100, lambda chance: chance.random() < 0.3, lambda _: True):
            while life.now < 300:
                life.step()
                self.assertNotEqual(life.it.state, LOST)


if __name__ == "__main__":
    unittest.main()
