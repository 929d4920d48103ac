"""The form that came with a request: questions and answers, photos looked at in place."""

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, Slot
from PySide6.QtGui import QImage, QImageReader, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from reception.desk.item import Item, Photo
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink

Fetch = Callable[[Photo], Awaitable[bytes]]
_KINDS = frozenset({b"jpeg", b"png", b"gif", b"webp"})
"""Formats that are drawn; by their own bytes, not by what they say they are."""
_MOST_PX = 60_000_000
"""A picture of more pixels than this is not opened: it may be made to fill the memory."""


class PhotoTile(QFrame):
    """One photo, small; a click or Enter shows it across, another one small again."""

    def __init__(self, look: Look, photo: Photo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self.photo = look, photo
        self._image: QImage | None = None
        self.is_large = False
        self.picture = QLabel("Loading…", self)
        self.picture.setProperty("kind", "muted")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel(photo.title, self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setFont(look.metrics.small)
        self.title.setProperty("kind", "muted")
        column = QVBoxLayout(self)
        unit = look.metrics.unit_px
        column.setContentsMargins(unit // 2, unit // 2, unit // 2, unit // 2)
        column.setSpacing(unit // 2)
        column.addWidget(self.picture)
        column.addWidget(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setObjectName("photo")
        self.setAccessibleName(f"Photo: {photo.title}. Enter makes it larger")
        look.palette.changed.connect(self._dress)
        self._dress()

    def show_bytes(self, image: QImage | None) -> None:
        """Show what was read; None: it is no picture that can be shown."""
        self._image = image
        if image is None:
            self.picture.setText("This file cannot be shown here.")
        else:
            self._scale()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Larger, or small again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do what a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle()
        else:
            super().keyPressEvent(event)

    @Slot()
    def toggle(self) -> None:
        """Larger, or small again."""
        self.is_large = not self.is_large
        if self._image is not None:
            self._scale()

    def _scale(self) -> None:
        assert self._image is not None
        metrics, ratio = self._look.metrics, self.devicePixelRatioF()
        side = metrics.digit_px * (80 if self.is_large else 18)
        box = QSize(round(side * ratio), round(side * ratio * 0.8))
        shown = self._image
        if shown.width() > box.width() or shown.height() > box.height():
            shown = shown.scaled(
                box,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        pixmap = QPixmap.fromImage(shown)
        pixmap.setDevicePixelRatio(ratio)
        self.picture.setPixmap(pixmap)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#photo {{ border: 1px solid {palette.css(Ink.LINE)}; border-radius: 4px; }}"
            f"#photo:focus {{ border: 2px solid {palette.css(Ink.ACCENT)}; }}"
        )


class RequestForm(QWidget):
    """Questions at the left, answers at the right, photos below; hidden while there is none."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        unit = look.metrics.unit_px
        self._rows: list[QWidget] = []
        self.photos: list[PhotoTile] = []
        heading = QLabel("Answers", self)
        heading.setProperty("kind", "heading")
        self._heading = heading
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * unit)
        self._grid.setVerticalSpacing(max(2, unit // 2))
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._strip = QWidget(self)
        self._flow = Flow(self._strip, gap_px=unit, line_px=unit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(max(2, unit // 2))
        column.addWidget(heading)
        column.addLayout(self._grid)
        column.addWidget(self._strip)
        self.clear()

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Questions and answers as they are shown."""
        labels = [w.text() for w in self._rows if isinstance(w, QLabel)]
        return list(zip(labels[::2], labels[1::2], strict=True))

    def clear(self) -> None:
        """Nothing of anybody."""
        for widget in (*self._rows, *self.photos):
            widget.hide()
            widget.deleteLater()
        self._rows.clear()
        self.photos.clear()
        self.hide()

    def show_item(self, item: Item) -> None:
        """Show the form of *item*; photos come by `load`."""
        self.clear()
        for row, answer in enumerate(item.answers):
            for place, text in enumerate((answer.question, answer.text)):
                label = QLabel(text, self)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(True)
                label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                if place:
                    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                else:
                    label.setProperty("kind", "muted")
                self._grid.addWidget(label, row, place)
                self._rows.append(label)
                label.show()
        for photo in item.photos:
            tile = PhotoTile(self._look, photo, self._strip)
            self._flow.addWidget(tile)
            self.photos.append(tile)
            tile.show()
        self._heading.setText("Answers" if item.answers else "Photos")
        self._strip.setVisible(bool(self.photos))
        self.setVisible(bool(item.answers or item.photos))

    async def load(self, fetch: Fetch) -> None:
        """Fetch the photos that are shown now; those of a form put away meanwhile are dropped."""
        for tile in list(self.photos):
            data = await fetch(tile.photo)
            image = await asyncio.to_thread(picture_of, data)
            if tile in self.photos:
                tile.show_bytes(image)


def picture_of(data: bytes) -> QImage | None:
    """The picture in *data*, read and never run; None where it is none that is shown here.

    Works on any thread.
    """
    if not data:
        return None
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if bytes(reader.format().data()) not in _KINDS:
        return None
    if size.isValid() and size.width() * size.height() > _MOST_PX:
        return None
    image = reader.read()
    return None if image.isNull() else image
