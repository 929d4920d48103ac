"""Signing one item of a repeat order: confirmed by name and strength, then signed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from reception.desk.repeat_orders import Item
from reception.records import Patient
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button
from reception.widgets.request_tool import Tool


class SignTool(Tool):
    """Enter confirms what is read; a second Enter signs it."""

    confirm_requested = Signal(object)
    """This Item is confirmed, as it was shown."""
    sign_requested = Signal()
    """What is confirmed is to be signed."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Sign", parent)
        self._item: Item | None = None
        self._confirmed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.medicine = QLabel(self)
        self.medicine.setFont(look.metrics.title)
        self.detail = QLabel(self)
        for label in (self.medicine, self.detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.go = QPushButton(self)
        self.go.setProperty("kind", "primary")
        self.body.addWidget(self.medicine)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        self.go.clicked.connect(self._on_go)

    @property
    def item(self) -> Item | None:
        """What is shown."""
        return self._item

    def ask(self, item: Item, patient: Patient | None) -> None:
        """Show *item* of *patient*, not confirmed yet."""
        self._item, self._confirmed = item, False
        self.medicine.setText(item.name)
        plan = item.plan
        parts = [plan.dose, plan.quantity] if plan is not None else []
        self.detail.setText("  ·  ".join(filter(None, [*parts, item.words])))
        who = f" for {on_button(patient)}" if patient is not None else ""
        self.go.setText(f"Confirm {item.name}{who}  (Enter)")
        self.go.setEnabled(patient is not None)
        self.hint.setText("Read the name and the strength; Enter confirms, Enter again signs.")

    def confirmed(self) -> None:
        """What is shown has been confirmed: the next Enter signs it."""
        self._confirmed = True
        if self._item is not None:
            self.go.setText(f"Sign {self._item.name}  (Enter)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the button, wherever the focus is in here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._on_go()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_go(self) -> None:
        if self._item is None or not self.go.isEnabled():
            return
        if self._confirmed:
            self.sign_requested.emit()
        else:
            self.confirm_requested.emit(self._item)
