"""Waits with a program's libraries loaded, and becomes the program for each call that skylab-warm passes on.

Started by skylab-warm in a student's box: warmstart.py PROGRAM, the listener as descriptor 3. What a call may differ in
is set in its fork before the program runs; see warmstart.h and request.c for what is said on the socket.
"""

import atexit
import ctypes
import fcntl
import gc
import importlib
import io
import os
import resource
import runpy
import selectors
import signal
import socket
import struct
import sys
import threading
import time
import traceback

LISTENER, PLACE = 3, 4
BEGUN, ENDED = ord("B"), ord("E")
HEAD = struct.Struct("=6IiI32Q")
WORD = struct.Struct("=ii")
MOST_DESCRIPTORS = 65
SECONDS_TO_ASK = 5
UNLIMITED = resource.RLIM_INFINITY
# Those that skylab-warm passes on, and that a program may find ignored when it starts, as a background command SIGINT.
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM)
# What the aws command imports whatever it is asked; a program without them is loaded as far as its own imports go.
LIBRARIES = ("awscli.clidriver", "awscli.handlers")


class Call:
    """What a process is to be: its arguments, variables, folder, descriptors, limits and mask."""

    def __init__(self):
        self.received = []

    def hear(self, connection):
        connection.settimeout(SECONDS_TO_ASK)
        head, self.received, _, _ = socket.recv_fds(connection, HEAD.size, MOST_DESCRIPTORS)
        while head and len(head) < HEAD.size:
            head += receive(connection, HEAD.size - len(head))
        size, arguments, variables, descriptors, self.mask, self.ignored, self.niceness, _, *limits = HEAD.unpack(head)
        body = receive(connection, size)
        connection.settimeout(None)
        self.limits = [tuple(UNLIMITED if value == 2**64 - 1 else value for value in pair)
                       for pair in zip(limits[::2], limits[1::2])]
        self.numbers = struct.unpack_from(f"={descriptors}i", body)
        texts = body[4 * descriptors :].split(b"\0")
        self.arguments = [os.fsdecode(text) for text in texts[:arguments]]
        self.variables = dict(text.split(b"=", 1) for text in texts[arguments : arguments + variables] if b"=" in text)
        if len(self.received) != descriptors + 1:
            raise ValueError("descriptors are missing")

    def fits(self, process):
        """Whether a fork of this process can become it: limits only ever get lower, and niceness only higher."""
        fits = all(is_within(hard, own) for (_, hard), (_, own) in zip(self.limits, process.limits))
        most = max(self.numbers, default=0) + len(self.received) + 2
        return fits and self.niceness >= process.niceness and is_within(most, process.limits[resource.RLIMIT_NOFILE][0])

    def close(self):
        for descriptor in self.received:
            os.close(descriptor)


class Process:
    """What of this process a fork cannot have more of."""

    def __init__(self):
        self.limits = [resource.getrlimit(number) for number in range(16)]
        self.niceness = os.getpriority(os.PRIO_PROCESS, 0)


def is_within(value, limit):
    return limit == UNLIMITED or value != UNLIMITED and value <= limit


def receive(connection, size):
    data = bytearray()
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


class Libraries:
    """What is loaded before the fork, and what loading it did to the environment."""

    def __init__(self):
        before = dict(os.environb)
        self.are_loaded = attempt(load, LIBRARIES)
        self.written = {key: value for key, value in os.environb.items() if before.get(key) != value}
        self.before = {key: before.get(key) for key in self.written}
        # Version 2 of the command has a copy of botocore of its own.
        loaders = sys.modules.get("botocore.loaders") or sys.modules.get("awscli.botocore.loaders")
        self.catalogue = Catalogue(loaders) if loaders else None

    def suit(self, call):
        """Whether a fresh process would have loaded them in the same way."""
        return self.are_loaded and all(call.variables.get(key) == value for key, value in self.before.items())


class Catalogue:
    """Has botocore look for and read its descriptions of services once: they are the larger half of a call.

    Only those that are installed with it; what a user has added may change from call to call.
    """

    KINDS = ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1")
    NAMES = ("cli", "endpoints", "partitions", "sdk-default-configuration", "_retry")

    def __init__(self, loaders):
        self.loaders = loaders
        self.installed = os.path.dirname(os.path.dirname(loaders.__file__)) + "/"
        self.documents = {}
        self.services = {}
        self.keep(loaders.JSONFileLoader, loaders.Loader)

    def keep(self, files, loader):
        read, list_services = files.load_file, loader.list_available_services

        def load_file(files, path):
            if not path.startswith(self.installed):
                return read(files, path)
            if path not in self.documents:
                self.documents[path] = read(files, path)
            return self.documents[path]

        def list_available_services(loader, type_name):
            paths = loader.search_paths
            if not all(path.startswith(self.installed) or not os.path.isdir(path) for path in paths):
                return list_services(loader, type_name)
            key = (type_name, *paths)
            if key not in self.services:
                self.services[key] = list_services(loader, type_name)
            return list(self.services[key])

        files.load_file, loader.list_available_services = load_file, list_available_services

    def load(self, call):
        """Reads what such a call reads, in the process that waits, so that later calls find it."""
        loader = self.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))
        for name in self.NAMES:
            attempt(loader.load_data, name)
        known = {kind: loader.list_available_services(kind) for kind in self.KINDS}
        service = next((text for text in call.arguments if text in known["service-2"]), None)
        for kind in self.KINDS:
            # As they are in the files: what a call adds to them is its own.
            if service in known[kind]:
                version = loader.determine_latest_version(service, kind)
                attempt(loader.load_data, os.path.join(service, version, kind))
                attempt(loader.load_data, os.path.join(service, version, kind + ".sdk-extras"))


def load(names):
    for name in names:
        importlib.import_module(name)


def attempt(function, *arguments):
    """Whether it went well; if not, the call itself will meet the same and say so."""
    try:
        function(*arguments)
    except Exception:
        return False
    return True


def prctl(option, value):
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def name_process(name):
    PR_SET_NAME = 15  # /proc is read-only in a box.
    prctl(PR_SET_NAME, name.encode()[:15])


def take(call, connection):
    """Makes this process what the call's would be, and says so."""
    PR_SET_PDEATHSIG = 1
    prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in SIGNALS:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if call.ignored >> (number - 1) & 1 else usual)
    os.setpriority(os.PRIO_PROCESS, 0, call.niceness)
    name_process(os.path.basename(sys.argv[0]))
    os.fchdir(call.received[0])
    # Out of the way first: a descriptor may have come under a number that another one is to have.
    above = max(call.numbers, default=2) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above) for descriptor in call.received[1:]]
    answer = socket.socket(fileno=fcntl.fcntl(connection.fileno(), fcntl.F_DUPFD_CLOEXEC, above))
    connection.close()
    call.close()
    for descriptor, number in zip(moved, call.numbers):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.umask(call.mask)
    for number, limit in enumerate(call.limits):
        if resource.getrlimit(number) != limit:
            resource.setrlimit(number, limit)
    for name in list(os.environb):
        if name not in call.variables:
            del os.environb[name]
    os.environb.update(call.variables)
    time.tzset()
    sys.stdin, sys.stdout, sys.stderr = (reopened(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    answer.sendall(WORD.pack(BEGUN, 0))
    answer.close()


def reopened(stream):
    """A standard stream as the interpreter opens it, in front of what its descriptor is now."""
    number, kind = stream.fileno(), dict(encoding=stream.encoding, errors=stream.errors)
    if stream.mode == "r":
        return open(number, "r", closefd=False, **kind)
    through = stream.write_through
    raw = open(number, "wb", buffering=0 if through else -1, closefd=False)
    (raw if through else raw.raw).name = stream.name
    lines = not through and (number == 2 or raw.isatty())
    opened = io.TextIOWrapper(raw, newline="\n", line_buffering=lines, write_through=through, **kind)
    opened.mode = "w"
    return opened


def become(program, call, connection):
    """Runs the program to its end, as the interpreter would."""
    status, interrupted = 1, False
    try:
        sys.argv = [program] + call.arguments
        # What goes wrong before the call knows of its beginning, it does by itself.
        take(call, connection)
        sys.path[0] = os.path.dirname(program)
        try:
            runpy.run_path(program, run_name="__main__")
            status = 0
        except SystemExit as exit:
            status = exit_status(exit.code)
        except BaseException as exception:
            exception = exception.with_traceback(own_frames(exception.__traceback__))
            sys.excepthook(type(exception), exception, exception.__traceback__)
            interrupted = isinstance(exception, KeyboardInterrupt)
        threading._shutdown()
        atexit._run_exitfuncs()
        status = flushed(status)
        if interrupted:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        os._exit(status)


def own_frames(trace):
    """What of a traceback is the program's: not this file's frames, nor those of what runs it."""
    while trace and trace.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        trace = trace.tb_next
    return trace


def flushed(status):
    """The status as the interpreter has it when it can, or cannot, write out the rest of the output."""
    try:
        sys.stdout.flush()
    except Exception as problem:
        status = 120
        text = "".join(traceback.format_exception_only(problem))
        attempt(sys.stderr.write, f"Exception ignored in: {sys.stdout!r}\n{text}")
    attempt(sys.stderr.flush)
    return status


def exit_status(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


class Server:
    def __init__(self, program):
        self.program = program
        self.process = Process()
        self.libraries = Libraries()
        self.calls = {}
        self.listener = socket.socket(fileno=LISTENER)
        os.set_inheritable(PLACE, False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.wakes, self.writer = socket.socketpair()
        for end in (self.wakes, self.writer):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.wakes, selectors.EVENT_READ, self.reap)
        gc.collect()
        # Not looked at again, so that forks keep sharing its pages.
        gc.freeze()

    def run(self):
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def accept(self, listener):
        """A call that is not begun here is run by who asked."""
        call, connection = Call(), None
        try:
            connection, _ = listener.accept()
            call.hear(connection)
            if self.libraries.suit(call) and call.fits(self.process):
                self.begin(connection, call)
                connection = None
        except Exception:
            pass
        finally:
            call.close()
            if connection:
                connection.close()

    def begin(self, connection, call):
        if self.libraries.catalogue:
            attempt(self.libraries.catalogue.load, call)
        process = os.fork()
        if process == 0:
            # The rest of what is open here closes with the program; the connection says when it has begun.
            for other in (self.listener, self.wakes, self.writer, *self.calls.values()):
                other.close()
            self.selector.close()
            os.close(PLACE)
            call.variables.update(self.libraries.written)
            become(self.program, call, connection)
        self.calls[process] = connection
        self.selector.register(connection, selectors.EVENT_READ, lambda _: self.hear(process))

    def hear(self, process):
        """A signal to pass on; who is gone takes the process along."""
        connection = self.calls.get(process)
        if not connection:
            return  # It ended in the same moment.
        try:
            number = connection.recv(1)
        except OSError:
            number = b""
        os.kill(process, number[0] if number else signal.SIGKILL)
        if not number:
            self.selector.unregister(connection)

    def reap(self, wakes):
        wakes.recv(4096)
        while self.calls:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                break
            connection = self.calls.pop(process, None)
            if not connection:
                continue
            attempt(self.selector.unregister, connection)
            attempt(connection.sendall, WORD.pack(ENDED, status))
            connection.close()


if __name__ == "__main__":
    name_process("skylab-warm")  # spawnd's account of a box knows it by this name.
    Server(sys.argv[1]).run()
