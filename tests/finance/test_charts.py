"""The bar chart: an SVG of its own that an XML parser takes, with nothing loaded from anywhere."""

from xml.etree import ElementTree as ET

from batchsync.charts import Bar, bars_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    """Twice the points, twice the height; what is possible stands on top."""
    picture = ET.fromstring(bars_svg([Bar("a", 10), Bar("b", 20, 5)], "points"))
    low, high, uncertain = (float(rect.get("height", "0")) for rect in picture.iter(f"{SVG}rect"))
    assert (round(high / low, 1), round(high / uncertain, 1)) == (2.0, 4.0)


def test_hostile_labels_stay_text() -> None:
    """A run is named after a other's file."""
    picture = ET.fromstring(bars_svg([Bar("</svg><script>", 1)], "<&>"))
    assert [] == list(picture.iter("script"))


def test_no_bars_are_a_picture_too() -> None:
    """A first night has no past."""
    assert [] == list(ET.fromstring(bars_svg([], "")).iter(f"{SVG}rect"))
