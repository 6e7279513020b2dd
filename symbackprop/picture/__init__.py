"""Pictures of computation graphs: one placement, drawn alike by TikZ and by SVG."""
