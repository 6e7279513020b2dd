"""A graph, or the numbers of a small drawing, enters; TikZ and SVG that look alike leave.

Public names for authors of sheets: `plot`, `heat`, `maze`, `scheme` make the `Drawing` that `sb.drawn` puts
on a sheet; `drawing_svg` writes one by itself. Read `label.py` first, then `graphs/graph_picture.py`.
"""

from symbackprop.picture.drawings.drawing import Drawing
from symbackprop.picture.drawings.drawing_to_svg import drawing_svg
from symbackprop.picture.drawings.grid_world import maze
from symbackprop.picture.drawings.heat_map import heat
from symbackprop.picture.drawings.network_scheme import Layer, scheme
from symbackprop.picture.drawings.plots import Curve, Plot, plot
from symbackprop.picture.label import Label, Point

__all__ = [
    "Curve", "Drawing", "Label", "Layer", "Plot", "Point", "drawing_svg", "heat", "maze", "plot", "scheme",
]  # fmt: skip
