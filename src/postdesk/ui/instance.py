"""One window per library: a second start hands what it was asked to open to the first one."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT = 1000  # ms that the second start gives the first one to answer
_START = 6000  # ms that it gives it to listen: it has the library with its first paint, its ear comes a little later
_AGAIN = 0.05  # s between two tries
_LARGEST = 65_536  # bytes of a message


def _name(library: Path) -> str:
    return "postdesk-" + hashlib.sha256(str(library.resolve()).encode()).hexdigest()[:24]


def hand_over(library: Path, files: list[str]) -> bool:
    """Ask a running window on `library` to come to the front and open `files`; whether one answered."""
    socket = QLocalSocket()
    clock = QElapsedTimer()
    clock.start()
    socket.connectToServer(_name(library))
    while not socket.waitForConnected(_WAIT):
        if clock.elapsed() > _START:
            return False
        time.sleep(_AGAIN)  # the first window has the library before it listens
        socket.connectToServer(_name(library))
    socket.write(json.dumps(files).encode() + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(_WAIT) and bytes(socket.readAll().data()).startswith(b"ok")
    socket.disconnectFromServer()
    return answered


class Instance(QObject):
    """The first window's ear."""

    asked = Signal(list)

    def __init__(self, library: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._met_ones: list[QLocalSocket] = []
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._met)
        name = _name(library)
        if not self._server.listen(
            name
        ):  # left behind by a crash; the library's lock says that nobody else is there
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def _met(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.setParent(self)
        self._met_ones.append(socket)
        heard = bytearray()

        def read() -> None:
            heard.extend(bytes(socket.readAll().data()))
            if len(heard) > _LARGEST:
                socket.abort()
            elif heard.endswith(b"\n"):
                socket.write(b"ok\n")
                socket.flush()
                self._take(bytes(heard))

        # Not deleted when it is done: with a slot in Python, PySide 6.11 aborts now and then in the socket's destructor
        # ("pure virtual method called"). There are as many as second starts.
        socket.readyRead.connect(read)

    def _take(self, line: bytes) -> None:
        try:
            files = json.loads(line)
        except ValueError:
            return
        if isinstance(files, list):
            self.asked.emit([str(f) for f in files])

    def close(self) -> None:
        """Stop listening."""
        for socket in self._met_ones:
            socket.readyRead.disconnect()
            socket.abort()
        self._met_ones.clear()
        self._server.close()
