"""Light and dark: the tokens that own-painted widgets use, and the palette behind the platform's controls.

Nothing here is remembered in a module: which theme is current is read from the application's palette, and
the person's choice is a property of the application object.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

ThemeChoice = Literal["system", "light", "dark"]

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue light are."""

_CHOICE = "explorerThemeChoice"
_FUSION = "explorerDrawnByFusion"
_OUTLINED = ("QLineEdit", "QPlainTextEdit", "QCheckBox", "QRadioButton", "QListView")
"""What has an outline that must be seen."""
_FUSION_DARKENS = 140
_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True)
class Theme:
    """Colours of the interface, as ``#rrggbb``.

    ``surface`` is what texts, tables and the map stand on, ``background`` what panels stand on. ``text``,
    ``muted_text``, ``accent`` and ``flag`` have a contrast of at least 4.5:1 to both, ``accent_text`` to ``accent``,
    and ``found_text``, which words that were searched for have, to ``found`` below them. Data have colours of
    their own, in ``widgets.colour_scales``; ``flag`` is the one colour that means the same in both.
    """

    dark: bool
    background: str
    surface: str
    text: str
    muted_text: str
    border: str
    accent: str
    accent_text: str
    flag: str
    found: str
    found_text: str


LIGHT = Theme(
    dark=False,
    background="#f3f4f6",
    surface="#ffffff",
    text="#1b1f24",
    muted_text="#57606a",
    border="#cdd2d9",
    accent="#1f5fbf",
    accent_text="#ffffff",
    flag="#bf3606",
    found="#ffe27a",
    found_text="#1b1f24",
)
DARK = Theme(
    dark=True,
    background="#1d2025",
    surface="#15181d",
    text="#e6e8eb",
    muted_text="#a3abb6",
    border="#3d444d",
    accent="#74adff",
    accent_text="#0d1726",
    flag="#ff8f5a",
    found="#6b5a00",
    found_text="#ffffff",
)


def current_theme() -> Theme:
    """The theme that fits the palette the application shows now; light before there is an application."""
    if QGuiApplication.instance() is None:
        return LIGHT
    return DARK if QGuiApplication.palette().window().color().lightness() < 128 else LIGHT


def apply_theme(app: QApplication, choice: ThemeChoice = "system") -> None:
    """Dress the application in the light or the dark theme, and follow the system where that is the choice.

    Fusion, which is all that Qt has where a Linux desktop brings no style of its own, gets the whole palette
    from the theme. A style that belongs to the platform keeps the platform's palette.

    Raises
    ------
    ValueError
        If ``choice`` is none of the three.
    """
    if choice not in _SCHEMES:
        raise ValueError(f"a theme is one of {', '.join(_SCHEMES)}, not {choice!r}")
    app.setProperty(_CHOICE, choice)
    if app.findChild(_SchemeFollower) is None:
        _SchemeFollower(app)
    if app.property(_FUSION) is None:  # a style sheet hides the style's name later
        _use_fusion_where_there_is_no_native_style(app)
        app.setProperty(_FUSION, app.style().objectName().lower() == "fusion")
    app.styleHints().setColorScheme(_SCHEMES[choice])
    _dress(app)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def relative_luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0..1, as WCAG 2.2 defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(weight * part for weight, part in zip(LUMINANCE, (red, green, blue), strict=True))


class _SchemeFollower(QObject):
    """Dresses the application anew when the system changes between light and dark."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        _dress(self._app)


def _dress(app: QApplication) -> None:
    theme = _wanted_theme(app)
    if app.property(_FUSION):
        palette = _palette(theme)
        app.setPalette(palette)
        for kind in _OUTLINED:
            app.setPalette(_outlined(palette, theme), kind)


def _outlined(palette: QPalette, theme: Theme) -> QPalette:
    """Fusion draws outlines darker than the window, which nobody sees on a dark one: it is told of a brighter window.

    A style sheet would do the same, but it would be worked out anew for every widget when the theme changes.
    """
    own = QPalette(palette)
    if theme.dark:
        own.setColor(QPalette.ColorRole.Window, QColor(theme.muted_text).lighter(_FUSION_DARKENS))
    return own


def _wanted_theme(app: QApplication) -> Theme:
    choice = app.property(_CHOICE)
    if choice == "system":
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def _use_fusion_where_there_is_no_native_style(app: QApplication) -> None:
    if sys.platform.startswith("linux") and app.style().objectName().lower() == "windows":
        app.setStyle("Fusion")


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    button = _mixed(theme.background, theme.text, 0.05)
    colours = {
        role.Window: theme.background,
        role.Base: theme.surface,
        role.AlternateBase: _mixed(theme.surface, theme.text, 0.035),
        role.Button: button,
        role.ToolTipBase: theme.surface,
        role.WindowText: theme.text,
        role.Text: theme.text,
        role.ButtonText: theme.text,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted_text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: _mixed(button, "#ffffff", 0.08 if theme.dark else 0.7),
        role.Midlight: _mixed(button, "#ffffff", 0.04 if theme.dark else 0.4),
        role.Mid: theme.border,
        role.Dark: _mixed(theme.border, "#000000", 0.2),
        role.Shadow: "#000000",
    }
    palette = QPalette()
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    faded = QColor(_mixed(theme.muted_text, theme.background, 0.35))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return palette


def _mixed(colour: str, other: str, share: float) -> str:
    """``colour`` with a share of ``other`` in it."""
    one, two = QColor(colour), QColor(other)
    red, green, blue = (
        round(a + (b - a) * share)
        for a, b in zip(one.getRgb()[:3], two.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return f"#{red:02x}{green:02x}{blue:02x}"
