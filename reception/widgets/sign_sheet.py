"""What is confirmed and not signed yet: a bar that says so, and the sheet it is signed on."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from contract.special_items import WORDS as CARE_WORDS
from reception.desk.signing import Seal, Signing
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import plain


def counted(seals: Sequence[Seal]) -> str:
    """`3 items for 2 patients`, or one patient by name and birth date."""
    items = "1 item" if len(seals) == 1 else f"{len(seals)} items"
    patients = {seal.patient.id: seal.patient for seal in seals}
    if len(patients) == 1:
        patient = next(iter(patients.values()))
        return f"{items} for {patient.name}, {patient.born_text}"
    return f"{items} for {len(patients)} patients"


class SignBar(QFrame):
    """A line at the foot of the page while anything is confirmed."""

    review_requested = Signal()

    def __init__(self, signing: Signing, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signing, self._look = signing, look
        unit = look.metrics.unit_px
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.review = QPushButton("Look over and sign  (Ctrl+Enter)", self)
        self.review.setProperty("kind", "primary")
        self.drop = QPushButton("Drop all", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit // 2, 2 * unit, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self.words, 1)
        row.addWidget(self.drop)
        row.addWidget(self.review)
        self.review.clicked.connect(self.review_requested)
        self.drop.clicked.connect(signing.clear)
        signing.changed.connect(self._on_changed)
        self.setObjectName("signBar")
        look.palette.changed.connect(self._dress)
        self._dress()
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        seals = self._signing.seals
        self.setVisible(bool(seals))
        if seals:
            names = ", ".join(seal.item.name for seal in seals[-3:])
            more = f" and {len(seals) - 3} more" if len(seals) > 3 else ""
            self.words.setText(f"✓ Confirmed: {counted(seals)}  ({names}{more})")

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#signBar {{ background: {palette.css(Ink.GOOD_TINT)}; "
            f"border-top: 2px solid {palette.css(Ink.GOOD)}; }}"
        )


class SignSheet(QWidget):
    """Everything confirmed, by patient, item by item; one button signs all of it."""

    signed = Signal()
    closed = Signal()

    def __init__(self, signing: Signing, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signing, self._look = signing, look
        self._failed: dict[str, tuple[Seal, str]] = {}
        unit = look.metrics.unit_px
        self.title = QLabel(self)
        self.title.setFont(look.metrics.title)
        hint = QLabel("Each item was confirmed by itself. Signing issues exactly these.", self)
        hint.setProperty("kind", "muted")
        self._body = QWidget(self)
        self._body.setObjectName("signBody")
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(max(2, unit // 2))
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        self.sign = QPushButton(self)
        self.sign.setProperty("kind", "primary")
        self.back = QPushButton("Back  (Esc)", self)
        foot = QHBoxLayout()
        foot.setSpacing(unit)
        foot.addWidget(self.sign)
        foot.addWidget(self.back)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addWidget(self.title)
        column.addWidget(hint)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)
        self.sign.clicked.connect(self.signed)
        self.back.clicked.connect(self.closed)
        signing.changed.connect(self._on_changed)
        look.palette.changed.connect(self._dress)
        self.setFocusProxy(self.sign)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dress()

    @property
    def lines(self) -> list[str]:
        """What stands on it, top to bottom."""
        found = []
        for place in range(self._column.count()):
            widget = getattr(self._column.itemAt(place), "widget", lambda: None)()
            if isinstance(widget, QLabel):
                found.append(widget.text())
        return found

    def begin(self) -> None:
        """Show what is confirmed, with nothing of an earlier attempt."""
        self._failed.clear()
        self._on_changed()

    def show_failed(self, failed: Mapping[str, tuple[Seal, str]]) -> None:
        """Say item by item what was not issued, and why."""
        self._failed = dict(failed)
        self._on_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter signs, Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            if self.sign.isEnabled():
                self.signed.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_changed(self) -> None:
        seals = self._signing.seals
        while self._column.count():
            taken = self._column.takeAt(0)
            if taken is not None and (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._failed:
            self._add("Not issued; look at these again:", "urgent")
            for seal, why in self._failed.values():
                self._add(f"{seal.patient.name}: {seal.words}. {why}", "")
        whom = ""
        for seal in sorted(seals, key=_by_patient):
            patient = seal.patient
            if patient.id != whom:
                if whom:
                    self._column.addSpacing(self._look.metrics.unit_px)
                whom = patient.id
                self._add(f"{patient.name}, born {patient.born_text}", "heading")
            plan, care = seal.item.plan, seal.item.care
            dose = f" · {plan.dose}" if plan is not None and plan.dose else ""
            alone = f" · {CARE_WORDS[care]}" if care is not None else ""
            self._add(f"    ✓  {seal.words}{dose}{alone}", "")
        self._column.addStretch(1)
        self.sign.setEnabled(bool(seals) and not self._signing.is_signing)
        if seals:
            self.title.setText(f"Sign {counted(seals)}")
            self.sign.setText(f"Sign {plain(counted(seals))}  (Ctrl+Enter)")
        else:
            self.title.setText("Nothing is confirmed" if not self._failed else "Not all was issued")
            self.sign.setText("Sign")

    def _add(self, text: str, kind: str) -> None:
        label = QLabel(text, self._body)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if kind:
            label.setProperty("kind", kind)
        self._column.addWidget(label)

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self.setStyleSheet(f"SignSheet, #signBody {{ background: {ground}; }}")


def _by_patient(seal: Seal) -> tuple[str, str]:
    return seal.patient.name.casefold(), seal.patient.id
