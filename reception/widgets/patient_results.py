"""The people a search has found, as a list that shows three identifiers of each."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from reception.records import Patient
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import born_line, spoken, standing
from reception.widgets.row_painter import RowPainter, draw_focus

Index = QModelIndex | QPersistentModelIndex
PATIENT_ROLE = int(Qt.ItemDataRole.UserRole)
TWIN_ROLE = PATIENT_ROLE + 1


class PatientResultsModel(QAbstractListModel):
    """What one search has found; near-twins know that they are."""

    def __init__(self, today: Callable[[], date], *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._rows: list[Patient] = []
        self._twins: frozenset[str] = frozenset()

    def show(self, found: Sequence[Patient], twins: frozenset[str]) -> None:
        """Hold *found* instead; *twins* are the ids of those easily taken for somebody else."""
        self.beginResetModel()
        self._rows, self._twins = list(found), twins
        self.endResetModel()

    def patient(self, row: int) -> Patient | None:
        """The person in *row*, if there is one."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def is_twin(self, patient: Patient) -> bool:
        """Whether *patient* shares surname and birth date with somebody else here."""
        return patient.id in self._twins

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows below *parent*; a list has them only at the top."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The person, or their sentence."""
        patient = self.patient(index.row()) if index.isValid() else None
        if patient is None:
            return None
        twin = self.is_twin(patient)
        if role == PATIENT_ROLE:
            return patient
        if role == TWIN_ROLE:
            return twin
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{patient.name}  {patient.born_text}  {patient.spaced_nhs_number}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            sentence = spoken(patient, self._today())
            warning = "Near-twin: same surname and birth date as another patient. "
            return f"{warning}{sentence}" if twin else sentence
        return None


class PatientDelegate(QStyledItemDelegate):
    """Two lines: name and NHS number; birth date, address and telephone."""

    def __init__(
        self, look: Look, today: Callable[[], date], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look, self._today = look, today

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines and their air; every row alike, so that nothing jumps."""
        metrics = self._look.metrics
        return QSize(metrics.unit_px * 30, round(metrics.line_px * 2 + metrics.unit_px * 1.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one person."""
        patient = index.data(PATIENT_ROLE)
        if not isinstance(patient, Patient):
            return
        look, metrics = self._look, self._look.metrics
        palette, unit = look.palette, metrics.unit_px
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette[Ink.SELECTED])
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), palette[Ink.ACCENT])
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette[Ink.RAISED])
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), palette[Ink.LINE])
        if state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, self._look, area)
        inner = area.adjusted(unit * 1.5, unit * 0.6, -unit, -unit * 0.6)
        half = inner.height() / 2
        gone = standing(patient)
        line = RowPainter(painter, look, QRectF(inner.left(), inner.top(), inner.width(), half))
        line.words_right(patient.spaced_nhs_number, Ink.TEXT)
        if index.data(TWIN_ROLE):
            line.chip("Near-twin", Ink.WARN, Ink.WARN_TINT, from_right=True)
        if gone:
            line.chip(gone, Ink.URGENT, Ink.URGENT_TINT, from_right=True)
        line.words(patient.name, Ink.MUTED if gone else Ink.TEXT, metrics.bold)
        line = RowPainter(
            painter, look, QRectF(inner.left(), inner.top() + half, inner.width(), half)
        )
        line.words_right(patient.phones[0] if patient.phones else "no phone", Ink.MUTED)
        line.words(born_line(patient, self._today()), Ink.TEXT)
        line.words(", ".join(filter(None, (patient.address, patient.postcode))), Ink.MUTED)
        painter.restore()


class PatientResultsView(QListView):
    """The list of results."""

    def __init__(self, look: Look, today: Callable[[], date], parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(PatientDelegate(look, today, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Patients found")
        look.palette.changed.connect(self.viewport().update)
