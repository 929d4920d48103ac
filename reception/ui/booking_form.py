"""The form of a booking: its fields from top to bottom, and the button that is always in sight."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from contract.limits import COMMENT_CHARS, DESCRIPTION_CHARS
from reception.desk.desk import Desk
from reception.ui.tasks import Tasks
from reception.widgets.appointment_text import CountedText
from reception.widgets.appointment_twins import TwinChoice
from reception.widgets.banner import Banner
from reception.widgets.booking_clashes import ClashNotice
from reception.widgets.booking_shape import BookingShape
from reception.widgets.look import Look
from reception.widgets.patient_search import PatientSearch
from reception.widgets.repeat_choice import RepeatChoice
from reception.widgets.side_frame import CloseButton, SideBody
from reception.widgets.slot_offer import SlotOffer


class BookingForm(QWidget):
    """Fields without a will of their own; `BookingFlow` knows what to do with them."""

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner(look, self)
        self.offer = SlotOffer(look, self)
        self.search = PatientSearch(desk, look, tasks, self, stops_at_twins=False)
        self.twins = TwinChoice(look, self)
        self.clashes = ClashNotice(look, self)
        self.why = CountedText(
            look, "Why squeezed in", "Kept with the extra slot", DESCRIPTION_CHARS
        )
        self.reason = CountedText(
            look, "Reason", "What it is about, as the board shows it", DESCRIPTION_CHARS
        )
        self.note = CountedText(
            look, "Note", "For staff; the patient does not see it", COMMENT_CHARS, lines=3
        )
        self.shape = BookingShape(look, self)
        self.how = self.shape.how
        self.repeat = RepeatChoice(look, self)
        self._build(look)

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self._title = QLabel("Book", self)
        self._title.setFont(look.metrics.title)
        self._close = CloseButton(look, "Close without booking", self)
        self.where = QLabel(self)
        self.where.setWordWrap(True)
        self.where.setFont(look.metrics.bold)
        self.held = QLabel(self)
        self.held.setProperty("kind", "muted")
        self.held.setWordWrap(True)

        self.card = QFrame(self)
        self.card.setProperty("kind", "card")
        self.person = QLabel(self.card)
        self.person.setTextFormat(Qt.TextFormat.PlainText)
        self.person.setWordWrap(True)
        self.other = QPushButton("Somebody else", self.card)
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(unit, unit, unit, unit)
        inside.addWidget(self.person)
        inside.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)

        self.book = QPushButton(self)
        self.book.setProperty("kind", "primary")
        self.book.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)

        self.area = SideBody(look, self._title, self._close, self)
        column = self.area.column
        for widget in (
            self.where,
            self.held,
            self.banner,
            self.offer,
            self.search,
            self.twins,
            self.card,
            self.clashes,
            self.why,
            self.reason,
            self.note,
            self.shape,
            self.repeat,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        column.setStretchFactor(self.search, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        foot.addWidget(self.book)
        foot.addWidget(self._hint)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.area, 1)
        outer.addLayout(foot)
