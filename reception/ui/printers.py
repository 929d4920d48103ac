"""The printers of this computer. Everything here blocks: it runs on a thread of its own.

QtPrintSupport is loaded when somebody prints, not at the start of the program.
"""

from reception.desk.problems import NotPossible
from reception.widgets.sheet_layout import Booklet
from reception.widgets.sheet_painter import Told, page_setup, print_on


def printer_names() -> list[str]:
    """Every printer, the default one first."""
    from PySide6.QtPrintSupport import QPrinterInfo  # noqa: PLC0415

    first = QPrinterInfo.defaultPrinterName()
    names = QPrinterInfo.availablePrinterNames()
    return sorted(names, key=lambda name: (name != first, name.casefold()))


def send(booklet: Booklet, name: str, copies: int, document: str, told: Told) -> None:
    """Print *booklet* on the printer called *name*.

    Raises:
        NotPossible: it is not there, or did not take all of it.
    """
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo  # noqa: PLC0415

    info = QPrinterInfo.printerInfo(name)
    if info.isNull():
        raise NotPossible(
            f"The printer {name} is not there any more. Choose another, or save the list as a PDF."
        )
    printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    printer.setPageLayout(page_setup())
    printer.setFullPage(True)
    printer.setColorMode(QPrinter.ColorMode.GrayScale)
    printer.setCopyCount(copies)
    printer.setDocName(document)
    if not print_on(printer, printer.resolution(), booklet, told):
        raise NotPossible(
            f"The printer {name} did not take all of the list. Look whether it is switched on, "
            "or save the list as a PDF."
        )
