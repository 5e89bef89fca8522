"""The process and its surroundings: closed and full outputs, signals, locales, hanging look-ups."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from tests.parallel import alone, early
from tests.support import (
    CLEAN,
    FORMS,
    HANG_S,
    PYTHON,
    ROOT,
    SINGLE_FILE,
    SLACK_S,
    assert_failure,
    in_time,
    run,
    simulated,
    start,
)
from tplink_exec.transport.wire import frame


class Room(unittest.TestCase):
    def setUp(self):
        self.plug = self.enter(simulated("HS110", alias="Лампа"))
        self.words = [self.plug.host, str(self.plug.port)]

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def shell(self, redirections, *words, form="file"):
        """Run under sh with redirections, as callers do."""
        script = 'exec "$@" ' + redirections
        start = FORMS.get(form) or [PYTHON, SINGLE_FILE]
        return run(["sh", "-c", script, "sh", *start, *self.words, *words])

    def full_pipe(self):
        """The write end of a pipe that is full and that nobody reads."""
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        os.set_blocking(write, False)
        while select.select([], [write], [], 0)[1]:
            os.write(write, b"x" * 4096)
        os.set_blocking(write, True)
        return write

    def one_line(self, words, stdout, **options):
        """The call fails as its standard output cannot be written, and says so in one line."""
        done = subprocess.run(
            words, stdout=stdout, stderr=subprocess.PIPE, timeout=60, cwd=str(ROOT), **options
        )
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (2, 1), done.stderr)


@early
class Process(Room):
    def test_closed_standard_output(self):
        for form in FORMS:
            for name in ("check", "status", "emeter"):
                assert_failure(self, self.shell(">&-", name, form=form), 2)
            for name in ("on", "off", "toggle"):
                self.assertEqual(self.shell(">&-", name, form=form)[:3], (0, b"", b""))

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_full_standard_output(self):
        for form in FORMS:
            for name in ("check", "status"):
                result = self.shell(">/dev/full", name, form=form)
                assert_failure(self, result, 2)
                self.assertIn(b"No space left", result.err)
            self.assertEqual(self.shell(">/dev/full", "on", form=form)[:3], (0, b"", b""))

    def test_a_reader_that_went_away(self):
        read, write = os.pipe()
        self.addCleanup(os.close, write)
        os.close(read)
        self.one_line([*FORMS["file"], *self.words, "check"], write)

    def test_debug_lines_that_cannot_be_written(self):
        with simulated(fault="slow-reply") as slow:
            for redirection in ("2>/dev/full", "2>&-"):
                self.words = [slow.host, str(slow.port)]
                self.assertEqual(self.shell(redirection, "check", "--debug")[:2], (0, b"OFF\n"))

    def test_all_descriptors_closed(self):
        for form in (*FORMS, "python3 FILE"):
            self.plug.device.relay_state = 0
            self.plug.requests.clear()
            self.assertEqual(self.shell("<&- >&- 2>&-", "on", form=form).code, 0)
            self.assertEqual(self.plug.device.relay_state, 1)
            self.assertEqual(self.shell("<&- >&- 2>&-", "check", form=form).code, 2)
            self.assertEqual(self.shell("<&- 2>&-", "check", form=form)[:3], (0, b"ON\n", b""))
            self.assertEqual(len(self.plug.requests), 3)

    def test_a_socket_never_becomes_standard_error(self):
        refusal = frame(b'{"system":{"get_sysinfo":{"err_code":-3}}}')
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.words = ["127.0.0.1", str(server.getsockname()[1])]
            with ThreadPoolExecutor(1) as pool:
                call = pool.submit(self.shell, "2>&-", "check")
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(10)
                    request = connection.recv(4096)
                    connection.sendall(refusal)
                    self.assertEqual(connection.recv(4096), b"")  # and not the error line
        self.assertEqual((call.result()[:3], len(request)), ((6, b"", b""), 33))

    def test_standard_input_is_never_read(self):
        read, write = os.pipe()
        self.addCleanup(os.close, write)
        os.write(write, b"not for us")
        self.assertEqual(run([*FORMS["file"], *self.words, "check"], stdin=read).code, 0)
        self.assertEqual(os.read(read, 100), b"not for us")
        os.close(read)

    def test_signals_in_mid_wait(self):
        with simulated(fault="silent") as silent:
            for number in (signal.SIGTERM, signal.SIGINT):
                for form in FORMS:
                    words = [silent.host, str(silent.port), "check", "--timeout", "30"]
                    process = start([*FORMS[form], *words])
                    self.until_it_waits(silent)
                    process.send_signal(number)
                    out, err = process.communicate(timeout=HANG_S)
                    self.assertEqual((process.returncode, out, err), (-number, b"", b""))

    def until_it_waits(self, silent):
        end = time.monotonic() + 30
        while not silent.requests and time.monotonic() < end:
            time.sleep(0.01)
        silent.requests.clear()

    def test_ignored_interrupt_stays_ignored(self):
        """A shell starts background jobs with SIGINT ignored: they are not for Ctrl-C."""
        with simulated(fault="silent") as silent:
            words = [*FORMS["file"], silent.host, str(silent.port), "check", "--timeout", "2"]
            process = start(["sh", "-c", 'trap "" INT; exec "$@"', "sh", *words])
            self.until_it_waits(silent)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=HANG_S)
            self.assertEqual((process.returncode, out, err.count(b"\n")), (4, b"", 1))

    def test_a_cyrillic_alias_under_any_locale(self):
        for locale in ("C", "POSIX", "C.UTF-8", "xx_XX.ISO-8859-1"):
            for form in FORMS:
                environment = {**CLEAN, "LANG": locale, "LC_ALL": locale}
                if form == "package":
                    environment["PYTHONCOERCECLOCALE"] = environment["PYTHONUTF8"] = "0"
                for words in (["status"], ["status", "--debug"]):
                    result = run([*FORMS[form], *self.words, *words], env=environment)
                    self.assertEqual(result.code, 0, result.err)
                    self.assertIn('"alias":"Лампа"'.encode(), result.out)
                name = (
                    "Лампа" * 20
                )  # longer than the part of a name can be: no name server is asked
                result = run([*FORMS[form], name, "9999", "check"], env=environment)
                assert_failure(self, result, 3)

    def test_no_descriptor_left(self):
        command = 'ulimit -n 4; exec "$@"'
        for name in ("check", "on"):
            result = run(["sh", "-c", command, "sh", *FORMS["file"], *self.words, name])
            assert_failure(self, result, 2)

    def test_twenty_calls_side_by_side(self):
        words = [*FORMS["file"], *self.words]
        processes = [subprocess.Popen([*words, ("on", "off")[n % 2]]) for n in range(20)]
        self.assertEqual([process.wait(60) for process in processes], [0] * 20)


@early
class NeverRead(Room):
    """Standard output is a pipe that is full and that nobody reads."""

    def test_5_seconds(self):
        """The deadline of a plain call, and of help; even if the parent has blocked the alarm."""
        calls = (
            ([*FORMS["file"], *self.words, "check"], {}),
            ([*FORMS["file"], *self.words, "check"], {"preexec_fn": block_alarm}),
            (
                [*FORMS["file"], *self.words, "check", "--timeout", "3"],
                {"preexec_fn": block_alarm},
            ),
            ([*FORMS["file"], "--help"], {}),
        )
        write = self.full_pipe()
        started = time.monotonic()
        with ThreadPoolExecutor(len(calls)) as pool:
            for call in [pool.submit(self.one_line, argv, write, **how) for argv, how in calls]:
                call.result()
        self.assertGreater(time.monotonic() - started, 5)

    def test_standard_error_is_the_same_pipe(self):
        words = [*FORMS["file"], *self.words, "check", "--timeout", "2"]
        write = self.full_pipe()
        done = subprocess.run(words, stdout=write, stderr=write, timeout=60)
        self.assertEqual(done.returncode, 2)


def block_alarm():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])


GRACE_S = 0.1
"""What a standard output that nobody reads has after the deadline."""


@alone
class InTime(Room):
    def test_a_pipe_that_is_full_and_never_read(self):
        write = self.full_pipe()
        words = [*FORMS["file"], *self.words, "check", "--timeout", "0.3"]
        in_time(self, 0.3 + GRACE_S + SLACK_S, lambda: self.one_line(words, write))


HANGING_LOOKUP = """
import os, socket, subprocess, sys, time
subprocess.check_call(["ip", "link", "set", "lo", "up"])
subprocess.check_call(["mount", "--bind", sys.argv[1], "/etc/resolv.conf"])
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 53))
for name in sys.argv[3].split():
    started = time.monotonic()
    words = [*sys.argv[4:], "plug.example", "9999", name, "--timeout", "0.3"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    in_time = time.monotonic() - started < float(sys.argv[2])
    print(done.returncode, done.stdout, done.stderr.count(b"\\n"), in_time)
silent.settimeout(0)
print(len(silent.recv(4096)) > 12)
"""


class HangingLookup(unittest.TestCase):
    """With a silent name server in a namespace, and a resolver that would wait for 30 s."""

    unshare = ["unshare", "--user", "--map-root-user", "--mount", "--net"]

    def setUp(self):
        script = "ip link set lo up && mount --bind /dev/null /etc/resolv.conf"
        try:
            allowed = run([*self.unshare, "sh", "-c", script]).code == 0
        except FileNotFoundError:
            allowed = False
        if not allowed:
            self.skipTest("namespaces, or unshare and ip, are not to be had here")

    def test_each_form(self):
        for form in FORMS.values():
            self.play(form, "check", "on", "toggle")

    def play(self, form, *commands):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("nameserver 127.0.0.1\noptions timeout:30 attempts:3\n")
            file.flush()
            words = [file.name, str(HANG_S), " ".join(commands), *form]
            result = run([*self.unshare, sys.executable, "-c", HANGING_LOOKUP, *words])
        wanted = "4 b'' 1 True\n" * len(commands) + "True\n"
        self.assertEqual(result.out.decode(), wanted, result.err)


@alone
class HangingLookupInTime(HangingLookup):
    def test_each_form(self):
        namespace_s = 0.1  # to make it, and to start the Python that looks on
        in_time(self, 0.3 + namespace_s + SLACK_S, lambda: self.play(FORMS["file"], "toggle"))


if __name__ == "__main__":
    unittest.main()
